"""`trellis config`: each setting, its value, and where that came from."""

from __future__ import annotations

import dataclasses
import os
import re

import typer

from trellis.cli.console import JSON_OPTION, print_json, print_table

_PASSWORD_IN_URL = re.compile(r"(?<=://)([^:/@]*):[^@/]*@")


def register(app: typer.Typer) -> None:
    @app.command()
    def config(as_json: bool = JSON_OPTION) -> None:
        """Show each setting, its value and where that came from. Passwords in URLs and the master key are hidden."""
        from trellis.cli.running import settings_in_force

        settings = settings_in_force()
        rows = []
        for field in dataclasses.fields(settings):
            variable = f"TRELLIS_{field.name.upper()}"
            value = _PASSWORD_IN_URL.sub(r"\1:***@", str(getattr(settings, field.name)))
            if not field.repr:
                value = value and "***"
            rows.append((field.name, value, variable, "environment" if variable in os.environ else "default"))
        if as_json:
            print_json([{"name": row[0], "value": row[1], "variable": row[2], "source": row[3]} for row in rows])
        else:
            print_table(("setting", "value", "variable", "source"), rows)
