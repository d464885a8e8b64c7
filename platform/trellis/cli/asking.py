"""Secrets that commands are given: typed where a terminal is, never as an argument, which others would see."""

from __future__ import annotations

import sys

import typer

from trellis.cli.console import UsedWrongly


def read_secret(what: str, *, is_piped: bool) -> str:
    """Raises UsedWrongly where there is nobody to ask."""
    if is_piped:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsedWrongly("There is no terminal to ask at; give the secret with --stdin.")
    return str(typer.prompt(what, hide_input=True))
