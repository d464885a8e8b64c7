"""How often a serving process looks for garbage that refers to itself.

Rows, payloads and drafts die as soon as nothing refers to them; Python's collector, which by default looks after every 700 new
objects, finds nothing there and took a quarter of the time of a large batch.
"""

from __future__ import annotations

import gc

NEW_OBJECTS = 50_000
"""At some 100 bytes each, 5 MB that may wait for the collector."""


def collect_later() -> None:
    """For a process that starts: nothing of what it loads is garbage, and looking for some takes a quarter of the time."""
    gc.disable()


def collect_seldom() -> None:
    """For a process that has started: what is there already is never looked at, for next to nothing of it is garbage."""
    gc.enable()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 100)
