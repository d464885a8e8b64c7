"""Requests to the outside go through the guarded client, and nowhere past it: the sources are read, those that a later part adds, too."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
FOLDERS = ("platform/trellis", "builder_ui", "metamodel", "rule_engine")
# What opens connections, by module or by name.
OPENING = (
    "httpx",
    "httpcore",
    "requests",
    "urllib.request",
    "urllib3",
    "aiohttp",
    "http.client",
    "ftplib",
    "smtplib",
    "poplib",
    "imaplib",
)
OPENING += ("socket", "websockets", "xmlrpc.client", "telnetlib", "paramiko", "authlib.integrations.httpx_client")
OPENING += ("authlib.integrations.requests_client", "authlib.integrations.starlette_client")
CALLS = {"open_connection", "create_connection", "urlopen", "open_unix_connection", "sock_connect"}
# And who may, because of where it leads.
ALLOWED = {
    "platform/trellis/outbound/client.py": "looks names up, for the check",
    "platform/trellis/outbound/connections.py": "is the guarded client",
    "platform/trellis/automation/channels/mailers.py": "to the mail server that the operator set",
    "platform/trellis/cli/demo.py": "looks for a free port of this machine",
}


def _openings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Call):
            called = node.func
            name = (
                called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
            )
            names = [f"{name}()"] if name in CALLS else []
        else:
            continue
        yield from (
            name for name in names if name.endswith("()") or any(f"{name}.".startswith(f"{one}.") for one in OPENING)
        )


def _sources() -> Iterator[tuple[str, str]]:
    """Those that may open a connection: to look for a word is quicker than to parse."""
    words = {name.rpartition(".")[2] for name in OPENING} | CALLS
    for top in FOLDERS:
        for folder, inner, names in os.walk(ROOT / top):
            inner[:] = sorted(set(inner) - {"node_modules", "static", "__pycache__"})
            for path in (Path(folder, name) for name in sorted(names) if name.endswith(".py")):
                text = path.read_text("utf-8")
                if any(word in text for word in words):
                    yield path.relative_to(ROOT).as_posix(), text


def test_nothing_else_opens_connections() -> None:
    found = {path: openings for path, text in _sources() if (openings := sorted(set(_openings(ast.parse(text)))))}
    assert {path: openings for path, openings in found.items() if path not in ALLOWED} == {}
    assert set(ALLOWED) <= set(found), "what opens none needs no leave"
