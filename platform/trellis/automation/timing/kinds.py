"""The kinds of timers that rules set, and the keys that tell one from another."""

from __future__ import annotations

from datetime import datetime

DELAY = "delay"
DATE = "date"
SCHEDULE = "schedule"
PLAN_DATES = "plan dates"
PLAN_SCHEDULE = "plan schedule"


def delay_key(object_name: str, rule: str, number: int, record_id: str) -> str:
    """Of the `after …` part that comes as the `number`-th in its rule."""
    return f"delay\x1f{object_name}\x1f{rule}\x1f{number}\x1f{record_id}"


def record_key(trigger_key: str, record_id: str, due_at: datetime) -> str:
    """Of a record that a time trigger will be due for."""
    return f"{trigger_key}\x1f{record_id}\x1f{due_at.isoformat()}"
