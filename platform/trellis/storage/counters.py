"""The names of the counters in trellis_counter that more than one part of the runtime knows."""

from __future__ import annotations


def auto_number_counter(table: str, field: str) -> str:
    """Of an automatic number. Its value is the last number given, so a new record gets the value plus one."""
    return f"{table}.{field}"
