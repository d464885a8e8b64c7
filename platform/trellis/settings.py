"""The settings, read once from TRELLIS_* environment variables; every one has a working default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from dataclasses import field as described
from pathlib import Path

LOG_FORMATS = ("text", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`allowed_hosts`: the names by which the server may be asked, separated by commas, empty for any; `trusted_proxies`: the networks of
    the proxies whose X-Forwarded-For and X-Forwarded-Proto hold; `rate_per_…`: how many requests may come, such as 600/minute, empty for
    no limit; `body_seconds`: how long the body of a request may take to arrive;
    `mail_bounces`: the address that letters come back to, such as bounces@crm.example.com, which takes sub-addresses; empty: the sender;
    `outbound_allowed`: private networks that webhooks may reach, such as 10.1.0.0/16, separated by commas;
    `database_url`: empty for SQLite files under `data_dir`, else postgresql://…; `redis_url`: empty for the embedded worker;
    `smtp_url`: empty to put mail into the maildir under `data_dir`, else smtp://user:password@host:port, smtp+tls:// or smtps://…;
    `master_key`, `master_key_file`, `master_key_command`: one of them, what secrets and encrypted fields are sealed under;
    `mail_from`: the sender's address; `base_url`: how links in messages begin; `session_hours`: how long a sign-in lasts at most;
    `session_idle_minutes`: how long while nobody uses it, 0 for as long; `session_token_minutes`: how old its token grows, 0 for as old;
    `key_days`: how many days an API key may live at most;
    `ledger_days`, `history_days`: how long what rules decided and what became of tracked fields is kept, 0 for ever;
    `sign_in_days`: how long the history of sign-ins is kept, `audit_days`: how long the audit is; 0 for ever; `log_format`: one of
    LOG_FORMATS."""

    data_dir: Path = Path("var")
    database_url: str = ""
    redis_url: str = ""
    master_key: str = described(default="", repr=False)
    master_key_file: str = ""
    master_key_command: str = ""
    smtp_url: str = ""
    mail_from: str = "trellis@localhost"
    mail_bounces: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    allowed_hosts: str = ""
    trusted_proxies: str = ""
    rate_per_address: str = "12000/minute"
    rate_per_user: str = "6000/minute"
    rate_per_key: str = "3000/minute"
    body_seconds: int = 60
    base_url: str = "http://127.0.0.1:8000"
    outbound_allowed: str = ""
    session_hours: int = 12
    session_idle_minutes: int = 120
    session_token_minutes: int = 60
    key_days: int = 365
    secure_cookies: bool = False
    pool_size: int = 10
    ledger_days: int = 90
    history_days: int = 730
    sign_in_days: int = 180
    audit_days: int = 0
    log_format: str = "text"

    @property
    def is_https(self) -> bool:
        """Whether people come by HTTPS only."""
        return self.secure_cookies or self.base_url.lower().startswith("https://")

    @property
    def maildir(self) -> Path:
        return self.data_dir / "maildir"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in force. Raises ValueError naming the variable that cannot be read."""
    environment = os.environ if environment is None else environment
    values: dict[str, object] = {}
    for field in fields(Settings):
        name = f"TRELLIS_{field.name.upper()}"
        if name not in environment:
            continue
        text = environment[name]
        try:
            if field.type in ("int", int):
                values[field.name] = int(text)
            elif field.type in ("bool", bool):
                values[field.name] = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
                    text.lower()
                ]
            elif field.type in ("Path", Path):
                values[field.name] = Path(text)
            else:
                values[field.name] = text
        except (ValueError, KeyError) as error:
            raise ValueError(f"{name} is {text!r}; expected {field.type}") from error
    found = Settings(**values)  # type: ignore[arg-type]
    if found.log_format not in LOG_FORMATS:
        raise ValueError(f"TRELLIS_LOG_FORMAT is {found.log_format!r}; expected {' or '.join(LOG_FORMATS)}")
    return found
