"""How often a serving process looks for garbage that refers to itself.

Rows, payloads and drafts die as soon as nothing refers to them; Python's collector, which by default looks after every 700 new
objects, finds nothing there and took a quarter of the time of a large batch.
"""

from __future__ import annotations

import gc

NEW_OBJECTS = 50_000
"""At some 100 bytes each, 5 MB that may wait for the collector."""


def collect_seldom() -> None:
    """For a process that has started: what is there already is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 100)
