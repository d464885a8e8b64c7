"""A plan of a deploy -> what the page shows of it: decisions first, then what runs by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from builder_ui.builder.model import Check, Offending, OffendingRow, ShownNote, ShownStep, StepGroup, Sum
from builder_ui.formats import Formats
from builder_ui.translation import Words
from metamodel.changes import AccessNote
from rule_engine.rules.analysis import Finding as RuleFinding
from trellis.schema.checks import Finding
from trellis.schema.plan import Cost, Plan, PlanStep

# icons: list-search trash refresh bolt circle-check circle-dashed hand-stop alert-circle alert-triangle archive lock-open
LOOKS: dict[Cost, tuple[str, str]] = {
    "checked": ("list-search", "warn"),
    "destructive": ("trash", "bad"),
    "backfill": ("refresh", "info"),
    "instant": ("bolt", "ok"),
}
_TILES: tuple[Cost, ...] = ("instant", "backfill", "checked", "destructive")
_MOST_CELLS = 5


@dataclass(frozen=True, slots=True)
class PlanView:
    words: Words
    formats: Formats
    plan: Plan

    def sums(self) -> tuple[Sum, ...]:
        return tuple(self._sum(cost) for cost in _TILES)

    def groups(self) -> tuple[StepGroup, ...]:
        return tuple(self._group(cost) for cost in LOOKS if self._steps(cost))

    def checks(self) -> tuple[Check, ...]:
        """What stands between the plan and the deploy."""
        words = self.words
        found = [Check(icon="circle-check", tone="ok", text=words.say("The model holds together"))]
        for step in self.plan.steps:
            if step.is_blocked:
                text = words.say("%(target)s: rows are in the way", target=step.target)
                if step.refusal is not None:
                    text = words.say("%(target)s: this cannot be done", target=step.target)
                found.append(Check(icon="alert-circle", tone="bad", text=text))
            elif step.cost == "destructive":
                text = words.say("%(target)s: your yes is needed", target=step.target)
                found.append(Check(icon="circle-dashed", tone="warn", text=text))
        for step in self.plan.steps:
            if step.opens:
                text = words.say("%(target)s: somebody may see or do more", target=step.target)
                found.append(Check(icon="lock-open", tone="warn", text=text))
        found += [Check(icon="alert-triangle", tone="warn", text=self._warning(one)) for one in self.plan.warnings]
        return tuple(found)

    def _warning(self, finding: RuleFinding) -> str:
        """What is hardly meant in a rule."""
        what = self.words.tell(finding.message)
        if not finding.example_text:
            return self.words.say("%(name)s: %(what)s", name=finding.name, what=what)
        example = finding.example_text
        return self.words.say(
            "%(name)s: %(what)s For example: %(example)s", name=finding.name, what=what, example=example
        )

    def _steps(self, cost: Cost) -> Sequence[PlanStep]:
        return [step for step in self.plan.steps if step.cost == cost]

    def _sum(self, cost: Cost) -> Sum:
        steps = self._steps(cost)
        icon, tone = LOOKS[cost]
        rows, seconds = sum(step.rows for step in steps), sum(step.seconds for step in steps)
        words, count = self.words, len(steps)
        titles: dict[Cost, Callable[[], str]] = {
            "instant": lambda: words.count("%(num)d instant", "%(num)d instant", count),
            "backfill": lambda: words.count("%(num)d backfill", "%(num)d backfills", count),
            "checked": lambda: words.count("%(num)d checked", "%(num)d checked", count),
            "destructive": lambda: words.count("%(num)d destructive", "%(num)d destructive", count),
        }
        texts: dict[Cost, Callable[[], str]] = {
            "instant": lambda: words.say("no row touched"),
            "backfill": lambda: self._amount(rows, seconds),
            "checked": lambda: self._in_the_way(steps),
            "destructive": lambda: words.count(
                "%(number)s value to the bin", "%(number)s values to the bin", rows, number=self.formats.number(rows)
            ),
        }
        text = texts[cost]() if steps else words.say("none")
        return Sum(cost=cost, icon=icon, tone=tone, title=titles[cost](), text=text, is_there=bool(steps))

    def _in_the_way(self, steps: Sequence[PlanStep]) -> str:
        words, rows = self.words, sum(finding.rows for step in steps for finding in step.findings)
        if rows:
            number = self.formats.number(rows)
            return words.count("%(number)s row in the way", "%(number)s rows in the way", rows, number=number)
        is_refused = any(step.refusal is not None for step in steps)
        return words.say("cannot be done") if is_refused else words.say("nothing in the way")

    def _group(self, cost: Cost) -> StepGroup:
        icon, tone = LOOKS[cost]
        words = self.words
        titles: dict[Cost, Callable[[], str]] = {
            "checked": lambda: words.say("Checked"),
            "destructive": lambda: words.say("Destructive"),
            "backfill": lambda: words.say("Backfill"),
            "instant": lambda: words.say("Instant"),
        }
        steps = self._steps(cost)
        is_blocked = any(step.is_blocked for step in steps)
        tag = words.say("Mend first") if is_blocked else words.say("Needs your yes") if cost == "destructive" else ""
        shown = tuple(self._step(step) for step in steps)
        return StepGroup(cost=cost, icon=icon, tone=tone, title=titles[cost](), tag=tag, steps=shown)

    def _step(self, step: PlanStep) -> ShownStep:
        words = self.words
        text = " ".join(
            filter(
                None,
                (step.refusal and words.tell(step.refusal), *(self._finding(one) for one in step.findings)),
            )
        )
        question = None
        if step.cost == "destructive" and not step.is_blocked:
            text = text or words.say(
                "The values go to the bin for 30 days. Adding the same name and type again brings them back."
            )
            question = words.count(
                "Yes, remove %(target)s and move %(number)s value to the bin",
                "Yes, remove %(target)s and move %(number)s values to the bin",
                step.rows,
                target=step.target,
                number=self.formats.number(step.rows),
            )
        return ShownStep(
            key=f"{step.cost}:{step.target}",
            summary=words.tell(step.summary),
            target=step.target if step.target not in step.summary else "",
            cost=self._amount(step.rows, step.seconds),
            text=text,
            offending=_offending(step),
            notes=tuple(
                ShownNote(text=words.tell(note.text), opens=note.opens, icon=_icon(step, note)) for note in step.notes
            ),
            question=question,
        )

    def _finding(self, finding: Finding) -> str:
        message = self.words.tell(finding.message)
        stop = "。" if self.words.language.startswith("zh") else ". "
        return f"{message[:1].upper()}{message[1:]}{stop}{self.words.tell(finding.hint)}"

    def _amount(self, rows: int, seconds: float) -> str:
        words = self.words
        if not rows:
            return words.say("no row")
        number = self.formats.number(rows)
        if seconds < 1:
            return words.count("%(number)s row", "%(number)s rows", rows, number=number)
        return words.count(
            "%(number)s row, about %(seconds)s s",
            "%(number)s rows, about %(seconds)s s",
            rows,
            number=number,
            seconds=round(seconds),
        )


def _icon(step: PlanStep, note: AccessNote) -> str:
    """Of notes on record types, which are about values, and of those on who may do what."""
    # icons: lock lock-open info-circle
    if step.target.startswith("record_type "):
        return "info-circle"
    return "lock-open" if note.opens else "lock"


def _offending(step: PlanStep) -> Offending | None:
    """The rows in the way by their fields; a row that is one record links to it."""
    rows = step.offending
    if not rows:
        return None
    heads = tuple(head for head in rows[0] if head != "id")[:_MOST_CELLS]
    place = step.target.partition(".")[0]
    shown = tuple(
        OffendingRow(
            href=f"/app/{place}/{row['id']}" if "id" in row else None,
            cells=tuple(str(row.get(head, "")) for head in heads),
        )
        for row in rows
    )
    return Offending(heads=heads, rows=shown)
