"""Puts a letter into a maildir exactly once, however often it is tried and wherever it is cut off
(https://cr.yp.to/proto/maildir.html, with the idempotency key as the unique name)."""

from __future__ import annotations

import os
from pathlib import Path

from trellis.ids import new_id


def deliver_once(folder: Path, name: str, content: bytes) -> bool:
    """False when it was there already: in new/, or in cur/ where a mail program has moved it (and added ":2,flags").
    The letter appears whole or not at all: it is written and synced in tmp/, then linked into new/, which fails if it exists."""
    temporary, new, current = folder / "tmp", folder / "new", folder / "cur"
    for place in (temporary, new, current):
        place.mkdir(parents=True, exist_ok=True)
    if _is_delivered(new, current, name):
        return False
    draft = temporary / f"{name}.{new_id()}"
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, new / name)
        except FileExistsError:
            return False
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(new)
    return True


def _is_delivered(new: Path, current: Path, name: str) -> bool:
    return (new / name).exists() or (current / name).exists() or any(current.glob(f"{name}:2,*"))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
