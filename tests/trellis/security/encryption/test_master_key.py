"""Where the master key comes from, and what is said when it cannot be had."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from trellis.errors import InvalidSettings
from trellis.security.encryption.master_key import MasterKey, new_master_key, parse_master_keys
from trellis.security.encryption.master_key_source import load_master_keys
from trellis.settings import Settings

KEY, OTHER = new_master_key(), new_master_key()
ID = parse_master_keys(KEY, "").current.id


def _ids(**settings: Any) -> tuple[str, ...]:
    found = load_master_keys(Settings(**settings))
    assert found is not None
    return found.ids


def test_it_is_a_setting(tmp_path: Path) -> None:
    assert _ids(data_dir=tmp_path, master_key=KEY) == (ID,)
    assert list(tmp_path.iterdir()) == []


def test_it_is_the_text_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"\n {KEY}=\n")
    assert _ids(data_dir=tmp_path, master_key_file=str(tmp_path / "key")) == (ID,)


def test_it_is_what_a_command_prints(tmp_path: Path) -> None:
    assert _ids(data_dir=tmp_path, master_key_command=f"{sys.executable} -c 'print(\"{KEY}\")'") == (ID,)


def test_several_follow_one_another_and_the_first_wraps() -> None:
    keys = parse_master_keys(f"{OTHER}, {KEY}", "x")
    assert keys.current.id == parse_master_keys(OTHER, "").current.id
    assert keys.find(ID) is not None
    assert keys.find("0" * 16) is None


def test_beside_sqlite_a_file_is_made_once_that_only_its_owner_reads(tmp_path: Path) -> None:
    made = _ids(data_dir=tmp_path / "new")
    assert _ids(data_dir=tmp_path / "new") == made
    (file,) = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_beside_postgresql_none_is_made(tmp_path: Path) -> None:
    assert load_master_keys(Settings(data_dir=tmp_path, database_url="postgresql://x")) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"master_key": "short"}, "Key 1 of TRELLIS_MASTER_KEY is no master key"),
        ({"master_key": f"{KEY} {KEY}x"}, "Key 2 of TRELLIS_MASTER_KEY"),
        ({"master_key": ", "}, "holds no master key"),
        ({"master_key": KEY, "master_key_file": "x"}, "TRELLIS_MASTER_KEY and TRELLIS_MASTER_KEY_FILE are both set"),
        ({"master_key_file": "/nowhere/key"}, "cannot be read from /nowhere/key: No such file"),
        ({"master_key_command": "/nowhere/tool"}, "cannot be run"),
        ({"master_key_command": "a 'b"}, "cannot be run"),
        ({"master_key_command": f"{sys.executable} -c 'import sys; sys.exit(\"vault is shut\")'"}, "vault is shut"),
    ],
)
def test_a_key_that_cannot_be_had_is_refused_without_being_quoted(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidSettings, match=said) as refused:
        load_master_keys(Settings(**settings))
    assert KEY not in str(refused.value)
    assert "short" not in str(refused.value)


def test_a_wrapped_key_opens_for_what_it_was_wrapped_only() -> None:
    master, other = MasterKey(b"m" * 32), MasterKey(b"o" * 32)
    wrapped = master.wrap(b"k" * 32, b"acme:data:1")
    assert master.unwrap(wrapped, b"acme:data:1") == b"k" * 32
    assert master.unwrap(wrapped, b"acme:data:2") is None
    assert other.unwrap(wrapped, b"acme:data:1") is None
    assert master.unwrap("?", b"") is None


def test_settings_do_not_show_it() -> None:
    assert KEY not in repr(Settings(master_key=KEY))
