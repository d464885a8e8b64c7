"""Counts of what was tried, where the database could not count. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from rule_engine.rules.checked import Assignment
from trellis.simulation.draft import Draft
from trellis.simulation.handing import owner_before
from trellis.simulation.outcome import Counts, FieldCount, LineCount, OwnerCount, StatementCount, ValueCount
from trellis.simulation.trying import Tried

MOST_VALUES = 10
OWNERSHIP = ("owner", "owner_queue")


def tally(
    draft: Draft,
    tried: Sequence[Tried],
    shown: Callable[[str, Any], Any],
    names: Mapping[str, str],
    *,
    is_whole: bool,
    counted_by: Literal["trial", "history"] = "trial",
    why_tried: str | None = None,
) -> Counts:
    """`shown` gives the JSON value of a field; `names`: usernames by id."""
    return Counts(
        looked_at=len(tried),
        counted_by=counted_by,
        is_whole=is_whole,
        why_tried=why_tried,
        statements=_statements(draft, tried),
        lines=_lines(draft, tried, "assign"),
        fields=_fields(tried, shown),
        owners=_owners(tried, names),
        refused=_lines(draft, tried, "fail"),
    )


def changed_fields(tried: Tried) -> Sequence[str]:
    """Those of the record that would differ; who has it is told apart from them."""
    return [name for name, value in tried.after.items() if value != tried.before[name] and name not in OWNERSHIP]


def _statements(draft: Draft, tried: Sequence[Tried]) -> tuple[StatementCount, ...]:
    fired = Counter(place for one in tried for place in one.fired)
    refusing = Counter(note.line for one in tried for note in one.notes if note.done == "fail")
    counted = [
        StatementCount(
            kind="assignment" if isinstance(drafted.statement, Assignment) else "rule",
            name=drafted.statement.name,
            line=drafted.statement.line,
            matches=fired[place],
        )
        for place, drafted in enumerate(draft.drafted)
    ]
    counted += [
        StatementCount(
            kind="validation", name=one.name, line=one.line, matches=sum(refusing[row.line] for row in one.rows)
        )
        for one in draft.validations
    ]
    return tuple(counted)


def _lines(draft: Draft, tried: Sequence[Tried], done: str) -> tuple[LineCount, ...]:
    counted = Counter(note.line for one in tried for note in one.notes if note.done == done)
    return tuple(
        LineCount(line=line, text=draft.text_at(line), records=records) for line, records in sorted(counted.items())
    )


def _fields(tried: Sequence[Tried], shown: Callable[[str, Any], Any]) -> tuple[FieldCount, ...]:
    ways: dict[str, Counter[tuple[Any, Any]]] = {}
    for one in tried:
        for name in changed_fields(one):
            ways.setdefault(name, Counter())[one.before[name], one.after[name]] += 1
    return tuple(
        FieldCount(
            field=name,
            changes=found.total(),
            values=tuple(
                ValueCount(before=shown(name, before), after=shown(name, after), records=records)
                for (before, after), records in found.most_common(MOST_VALUES)
            ),
        )
        for name, found in ways.items()
    )


def _owners(tried: Sequence[Tried], names: Mapping[str, str]) -> tuple[OwnerCount, ...]:
    ways: Counter[tuple[Any, ...]] = Counter()
    for one in tried:
        before, after = ([values.get(name) for name in OWNERSHIP] for values in (one.before, one.after))
        if before != after:
            line = max((note.line for note in one.notes if note.done == "assign"), default=0)
            ways[*before, *after, line] += 1
    return tuple(
        OwnerCount(
            before=owner_before(user, queue, names),
            after=owner_before(user_after, queue_after, names),
            line=line,
            records=records,
        )
        for (user, queue, user_after, queue_after, line), records in ways.most_common()
    )
