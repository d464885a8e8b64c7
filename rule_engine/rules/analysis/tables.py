"""Rows of an assignment table that never decide or that overlap, and records that no row takes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rule_engine.checker import CheckedFormula
from rule_engine.checking.warnings.values import ALL, BLANK, Values
from rule_engine.rules.analysis.effort import MAX_STEPS_OF_TABLE, Effort, TooMuch
from rule_engine.rules.analysis.examples import Examples
from rule_engine.rules.analysis.finding import Code, Example, Finding
from rule_engine.rules.analysis.regions import Box, Boxes, Space, intersect
from rule_engine.rules.checked import Assignment

MAX_SHOWN = 20
MAX_TRIES = 40
MAX_PROVED = 1_000
STEPS_OF_EXAMPLE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row with a condition. `boxes`: exactly where it holds."""

    number: int
    line: int
    formula: CheckedFormula
    boxes: Boxes


class Table:
    """One table, compared as far as the effort goes."""

    def __init__(
        self, assignment: Assignment, effort: Effort | None = None, *, max_steps: int = MAX_STEPS_OF_TABLE
    ) -> None:
        self._whole = effort or Effort()
        self._effort = self._whole.part(max_steps)
        self._assignment = assignment
        self._space = Space(self._effort)
        self._examples = Examples(self._space)
        self._rows: list[Row] = []
        self._has_unknown = False
        for number, row in enumerate(assignment.rows, 1):
            if row.condition is not None:
                self._add(number, row.line, row.condition)

    def _add(self, number: int, line: int, formula: CheckedFormula) -> None:
        try:
            boxes = self._space.region(formula.tree)
        except TooMuch:
            self._has_unknown = True
            return
        if boxes:
            self._rows.append(Row(number=number, line=line, formula=formula, boxes=boxes))

    def findings(self) -> Iterator[Finding]:
        shown = shadowed = 0
        for row, earlier in self._meeting():
            by = self._takers(row, earlier)
            if by:
                shadowed += 1
                example = self._example(row) if shadowed <= MAX_SHOWN else None
                yield self._finding("shadowed", row, row=row.number, by=by, example=example)
                continue
            for other in earlier if shown < MAX_SHOWN else ():
                example = self._overlap(other, row)
                if example is not None and shown < MAX_SHOWN:
                    shown += 1
                    rows = (other.number, row.number)
                    is_ordinary = not _share_a_field(other, row)
                    yield self._finding("overlap", row, rows=rows, example=example, is_ordinary=is_ordinary)
        if (example := self._uncovered()) is not None:
            yield Finding(
                code="uncovered",
                name=self._assignment.name,
                object=self._assignment.object,
                line=self._assignment.line,
                example=example,
            )

    def _finding(self, code: Code, where: Row, **members: Any) -> Finding:
        return Finding(
            code=code, name=self._assignment.name, object=self._assignment.object, line=where.line, **members
        )

    @property
    def is_finished(self) -> bool:
        """Whether every row was compared with those before it."""
        return not self._effort.is_spent

    # rows that meet

    def _meeting(self) -> Iterator[tuple[Row, list[Row]]]:
        """Each row with the earlier ones that hold for some point where it holds, as long as there is effort left. Rows are kept by
        their values of one subject, so that most are not compared at all."""
        pivot = self._pivot()
        kept: dict[Any, list[Row]] = defaultdict(list)
        anywhere: list[Row] = []
        for place, row in enumerate(self._rows):
            points = None if pivot is None else _points(row, pivot)
            near = self._rows[:place] if points is None else _near(kept, points, anywhere)
            try:
                self._effort.spend(sum(len(other.boxes) for other in near) * len(row.boxes))
            except TooMuch:
                return
            yield row, [other for other in near if _meet(other, row)]
            if points is None:
                anywhere.append(row)
            else:
                for point in points:
                    kept[point].append(row)

    def _pivot(self) -> Hashable | None:
        """The subject for which most rows name single values."""
        counts: Counter[Hashable] = Counter()
        for row in self._rows:
            counts.update(subject for subject in row.boxes[0] if _points(row, subject) is not None)
        return counts.most_common(1)[0][0] if counts else None

    # findings

    def _takers(self, row: Row, earlier: Sequence[Row]) -> tuple[int, ...]:
        """One earlier row that takes all of the row, or several that do together."""
        try:
            for other in earlier:
                if self._space.covers(other.boxes, row.boxes):
                    return (other.number,)
            rest = row.boxes
            by: list[int] = []
            for other in earlier:
                smaller = self._space.subtract(rest, other.boxes)
                if smaller != rest:
                    rest, by = smaller, [*by, other.number]
                if not rest:
                    return tuple(by)
        except TooMuch:
            pass
        return ()

    def _example(self, row: Row) -> Example | None:
        found = (self._examples.find(_filled(box, self._space), [row.formula]) for box in row.boxes)
        return next((one for one in found if one is not None), None)

    def _overlap(self, first: Row, second: Row) -> Example | None:
        """A record of both; None when the first is an exception to the second, which is what order is for."""
        try:
            if self._space.covers(second.boxes, first.boxes):
                return None
            return self._shared_record(first, second)
        except TooMuch:
            return None

    def _shared_record(self, first: Row, second: Row) -> Example | None:
        for one in first.boxes:
            for other in second.boxes:
                self._effort.spend()
                box = intersect(one, other)
                if box is None:
                    continue
                self._effort.spend(STEPS_OF_EXAMPLE)
                example = self._examples.find(_filled(box, self._space), [first.formula, second.formula])
                if example is not None:
                    return example
        return None

    def _uncovered(self) -> Example | None:
        """A record that no row takes."""
        if self._has_unknown or any(row.condition is None for row in self._assignment.rows):
            return None
        effort = self._space.effort = self._whole.part(MAX_STEPS_OF_TABLE)
        rest: Boxes = [{}]
        for row in self._rows:
            try:
                rest = self._space.subtract(rest, row.boxes)
            except TooMuch:
                break
        rest = [_filled(box, self._space) for box in rest]
        rest.sort(key=lambda box: sum(not values.spans for values in box.values()))
        for box in rest[:MAX_TRIES]:
            try:
                effort.spend(sum(len(row.boxes) for row in self._rows) + STEPS_OF_EXAMPLE)
            except TooMuch:
                return None
            doubtful = [row for row in self._rows if row.number <= MAX_PROVED or _meets(row, box)]
            example = self._examples.find(box, (), [row.formula for row in doubtful])
            if example:
                return example
        return None


def _share_a_field(first: Row, second: Row) -> bool:
    subjects = [{subject for box in row.boxes for subject in box} for row in (first, second)]
    return bool(subjects[0] & subjects[1])


def _meet(first: Row, second: Row) -> bool:
    return any(intersect(one, other) is not None for one in first.boxes for other in second.boxes)


def _meets(row: Row, box: Box) -> bool:
    return any(intersect(one, box) is not None for one in row.boxes)


def _near(kept: dict[Any, list[Row]], points: Sequence[Any], anywhere: Sequence[Row]) -> list[Row]:
    found = {row.number: row for point in points for row in kept.get(point, ())}
    found |= {row.number: row for row in anywhere}
    return [found[number] for number in sorted(found)]


def _points(row: Row, subject: Hashable) -> list[Any] | None:
    """The single values that the row names for the subject; None when there are others."""
    points: list[Any] = []
    for box in row.boxes:
        values = box.get(subject)
        if values is None:
            return None
        for start, end in values.spans:
            if len(start) == 1 or len(end) == 1 or start[1] != end[1]:
                return None
            points.append(start[1])
        if values.has_blank:
            points.append(None)
    return points


def _filled(box: Box, space: Space) -> Box:
    """The part where values are not blank, as far as there is one: examples that look like records."""
    present: Values = ALL - BLANK
    return {
        subject: (values & present) or values for subject, values in box.items() if values != space.domains[subject]
    }
