"""docs/reference/settings.md: every setting, its variable and default from the code, with what it is for from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from tests.docs.reference.markdown import code, page, paragraph
from trellis.settings import Settings

MEANINGS: Mapping[str, str] = {
    "data_dir": "The folder of everything that is kept in files: the SQLite databases, and mail while there is no mail server. "
    "Relative to where the command is started.",
    "database_url": "Empty: SQLite, one file for each tenant under `data_dir`. Else a PostgreSQL database, "
    "`postgresql://user:password@host:port/name`; each tenant is a schema in it.",
    "redis_url": "Empty: the server delivers mail and notices itself. Else `redis://host:port/0`: the server only tells Redis that "
    "there is work, and `trellis worker` delivers.",
    "smtp_url": "Empty: mail is put into the maildir under `data_dir`. Else `smtp://user:password@host:port`, with STARTTLS where "
    "the server offers it, `smtp+tls://…` to send nothing without, or `smtps://…` for TLS from the first byte. Certificates are verified.",
    "mail_from": "The sender's address of mail.",
    "mail_bounces": "Where mail comes back to that cannot be delivered, such as `bounces@crm.example.com`; its mail server must take "
    "sub-addresses, `bounces+…@`, and hand them to `trellis mail bounce`. Empty: it comes back to the sender, and nobody reads it.",
    "host": "The address that `trellis serve` listens at. `--host` wins.",
    "port": "The port that `trellis serve` listens at. `--port` wins.",
    "allowed_hosts": "The host names by which the server may be asked, such as `crm.example.com, *.crm.example.com`. Others are refused. "
    "Empty: any. Links are always made from `TRELLIS_BASE_URL`, never from what a request says.",
    "trusted_proxies": "The networks of your proxies, such as `10.0.0.0/8, 127.0.0.1`. Of those the server believes `X-Forwarded-For` "
    "and `X-Forwarded-Proto`: who asks, for limits and histories, and whether by HTTPS. Nobody else's are looked at.",
    "rate_per_address": "How many requests one network address may send, such as `600/minute` or `5000 per hour`; empty: any number. Of "
    "IPv6, a network of 64 bits is one address. With `redis_url` all processes count together, else each counts for itself.",
    "rate_per_user": "How many requests may come in the name of one user, whatever the credential; empty: any number.",
    "rate_per_key": "How many requests may come by one API key or token; empty: any number.",
    "body_seconds": "How many seconds the body of a request may take to arrive.",
    "base_url": "How links in messages begin: the address by which people reach the server. `trellis serve` takes its own host and "
    "port when this is not set; behind a proxy, set it, for the worker too.",
    "outbound_allowed": "Private networks that webhooks may reach, such as `10.1.0.0/16, 192.168.7.9`. Empty: public addresses only. "
    "Tenants' administrators write the addresses of webhooks: whatever is allowed here they can send requests to.",
    "session_hours": "How long a sign-in lasts at most.",
    "session_idle_minutes": "How long a sign-in lasts that nobody uses; 0: as long as any. A page that stands open and listens for notices "
    "is no use.",
    "session_token_minutes": "How old the token of a session grows before the browser gets a new one; 0: as old as the session. Who shows "
    "an old one a minute after it was replaced ends the session.",
    "key_days": "How many days an API key may live at most; one lives for 90 unless its maker says otherwise.",
    "secure_cookies": "Set to `true` where people come by HTTPS; a `base_url` that begins with `https://` says so, too. Cookies are then "
    "sent by HTTPS only and named `__Host-…`, and answers carry Strict-Transport-Security.",
    "pool_size": "How many connections a process keeps to each PostgreSQL server at most. SQLite has no use for it.",
    "ledger_days": "How many days the ledger keeps what rules decided, which `trellis why` tells; 0 for ever.",
    "master_key": "What secrets and encrypted fields are sealed under: 32 random bytes in base64, as `trellis keys new` prints them. "
    "Several, apart by spaces: the first seals, all of them open. Without it and the two below: beside SQLite a file `master.key` is made "
    "under `data_dir`; with PostgreSQL nothing can be sealed. Without the key that was in use, no server starts and no backup opens.",
    "master_key_file": "The same, in a file, such as a mounted secret.",
    "master_key_command": "The same, as a command prints it, such as a client of a vault. It is run at the start, without a shell.",
    "history_days": "How many days the history of tracked fields is kept; 0 for ever.",
    "sign_in_days": "How many days the history of sign-ins is kept; 0 for ever.",
    "log_format": "How `trellis serve` and `trellis worker` write their log: `text`, a line for people, or `json`, an object for programs "
    "that collect logs: `time`, `level`, `logger`, `message`, and `request` or `error` where there is one. Tokens are hidden in both.",
    "audit_days": "How many days the audit is kept, or one more; 0 for ever. What is left of it still verifies.",
}

INTRODUCTION = """
Settings are environment variables, read once when a command starts; each has a default that works. A value that cannot be read is
refused by name. `trellis config` shows the settings in force and where each came from, with passwords hidden.

Whole numbers are written in digits; yes and no as `true`/`false`, `1`/`0` or `yes`/`no`.
"""


def render() -> str:
    return page("Settings", INTRODUCTION, (_entry(field.name, field.default) for field in fields(Settings)))


def variable(name: str) -> str:
    return f"TRELLIS_{name.upper()}"


def _entry(name: str, default: object) -> str:
    shown = str(default).lower() if isinstance(default, bool) else str(default)
    kind = {bool: "yes or no", int: "whole number"}.get(
        type(default), "folder" if isinstance(default, Path) else "text"
    )
    return (
        f"## {variable(name)}\n\n{paragraph(MEANINGS[name])}\n\nDefault: {code(shown) if shown else 'empty'} ({kind})."
    )
