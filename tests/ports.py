"""Ports for servers in tests: no other test process gets the same one, and the system gives none of them to anybody by itself."""

from __future__ import annotations

import fcntl
import itertools
import os
import socket
import tempfile
from pathlib import Path

# Below the ports from which Linux, macOS and IANA's rules serve outgoing connections.
_FIRST, _COUNT = 15_000, 12_000
_offsets = itertools.count(os.getpid() * 37)
_registry = os.open(Path(tempfile.gettempdir()) / f"trellis-test-ports-{os.geteuid()}", os.O_CREAT | os.O_RDWR, 0o600)


def free_port() -> int:
    """A port of 127.0.0.1 that belongs to this process until it ends: nobody who asks here gets it meanwhile, not even this process."""
    for offset in itertools.islice(_offsets, _COUNT):
        port = _FIRST + offset % _COUNT
        if _is_taken_by_nobody(port) and _lock(port):
            return port
    raise RuntimeError(f"no port between {_FIRST} and {_FIRST + _COUNT} is free")


def _lock(port: int) -> bool:
    """One byte of the registry stands for each port; the system lets go of it when the process ends."""
    try:
        fcntl.lockf(_registry, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def _is_taken_by_nobody(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
