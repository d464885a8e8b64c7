"""Where the master key comes from: the environment, a file, the output of a command; on SQLite a file of our own beside the data."""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
from pathlib import Path

from trellis.errors import InvalidSettings
from trellis.security.encryption.master_key import MasterKeys, new_master_key, parse_master_keys
from trellis.settings import Settings

COMMAND_TIMEOUT_S = 30
FILE_NAME = "master.key"


def load_master_keys(settings: Settings) -> MasterKeys | None:
    """None where PostgreSQL keeps the data and no setting says where the key is: a key that only this machine's disk knows would be
    lost with it. SQLite's data is on the same disk, so there it is made. Raises InvalidSettings."""
    named = [name for name in ("master_key", "master_key_file", "master_key_command") if getattr(settings, name)]
    if len(named) > 1:
        variables = " and ".join(f"TRELLIS_{name.upper()}" for name in named)
        raise InvalidSettings(f"{variables} are both set.", hint="Say in one way only where the master key is.")
    if settings.master_key:
        return parse_master_keys(settings.master_key, "TRELLIS_MASTER_KEY")
    if settings.master_key_file:
        return _from_file(Path(settings.master_key_file))
    if settings.master_key_command:
        return _from_command(settings.master_key_command)
    if settings.database_url:
        return None
    path = settings.data_dir / FILE_NAME
    if not path.exists():
        _make(path)
    return _from_file(path)


def _from_file(path: Path) -> MasterKeys:
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InvalidSettings(f"The master key cannot be read from {path}: {reason}.") from error
    return parse_master_keys(text, str(path))


def _from_command(command: str) -> MasterKeys:
    """Without a shell, so that nothing in the setting is expanded."""
    source = "TRELLIS_MASTER_KEY_COMMAND"
    try:
        done = subprocess.run(
            shlex.split(command), capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise InvalidSettings(f"{source} cannot be run: {error}.") from error
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise InvalidSettings(f"{source} ended with {done.returncode}: {said[-1] if said else 'it said nothing'}.")
    return parse_master_keys(done.stdout, source)


def _make(path: Path) -> None:
    """Whole or not at all, and whoever comes second keeps the first's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(new_master_key() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)
        except FileExistsError:
            return
    finally:
        partial.unlink()
