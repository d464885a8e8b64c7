"""An environment of its own for each peer, made with uv from the pinned versions of requirements/peers.txt."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_LOCK = _ROOT / "requirements" / "peers.txt"
_FOLDER = _ROOT / ".venv" / "peers"
PEERS = ("zen-engine", "simpleeval", "json-logic-qubit", "rule-engine", "cel-python")


class PeerMissing(Exception):
    """A peer that cannot be installed; the text says why."""


def python_of(peer: str) -> Path:
    """The interpreter of the peer's environment, which is made when it is missing or pinned to another version.

    Raises: PeerMissing.
    """
    pinned = _pinned(peer)
    folder = _FOLDER / peer
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    if stamp.exists() and stamp.read_text() == pinned:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    _uv("venv", "--quiet", "--python", sys.executable, str(folder))
    wanted = folder / "wanted.txt"
    wanted.write_text(pinned + "\n")
    _uv("pip", "install", "--quiet", "--python", str(python), "--require-hashes", "-r", str(wanted), "-c", str(_LOCK))
    stamp.write_text(pinned)
    return python


def _pinned(peer: str) -> str:
    found = re.search(rf"^({re.escape(peer)}==\S+)", _LOCK.read_text(), re.MULTILINE)
    if found is None:
        raise PeerMissing(f"{peer} is not pinned in {_LOCK}")
    return found.group(1)


def _uv(*arguments: str) -> None:
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        raise PeerMissing("there is no uv; `make bench` installs it")
    done = subprocess.run([uv, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerMissing(done.stderr.strip() or f"uv {arguments[0]} failed")
