"""What rules would do that are being written: counted over all records, and some records side by side. Nothing is written or sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from builder_ui.builder.rules.model import SimulatedChange, SimulatedRecord, SimulationCount, SimulationPanel
from builder_ui.findings import problem_lines
from builder_ui.labels import Labels
from builder_ui.lists.model import Choice
from builder_ui.visit import Visit
from metamodel import MetadataProblem
from metamodel.definitions import Object
from metamodel.fields.choice import PicklistField
from trellis.errors import InvalidMetadata, TrellisError
from trellis.simulation.outcome import Owner, Shown, Simulation
from trellis.simulation.question import Question
from trellis.simulation.service import Simulations

SINCE = ("", "30d", "90d", "365d")


async def simulate(visit: Visit) -> Response:
    """A part of the page."""
    panel = await build_simulation(visit, visit.posted("rules").replace("\r\n", "\n"))
    return visit.renderer.page("builder/rule_simulation.html", visit.words.language, {"simulation": panel})


def since_choices(visit: Visit) -> tuple[Choice, ...]:
    words = visit.words
    labels = {
        "": words.say("Records as they are now"),
        "30d": words.say("Saves of the last 30 days"),
        "90d": words.say("Saves of the last 90 days"),
        "365d": words.say("Saves of the last year"),
    }
    return tuple(Choice(value=value, label=labels[value]) for value in SINCE)


async def build_simulation(visit: Visit, source: str) -> SimulationPanel:
    since = visit.posted("since")
    try:
        question = Question(
            source=source, object=visit.posted("object") or None, since=since if since in SINCE and since else None
        )
        found = await Simulations(visit.tenant, visit.runtime.access).simulate(visit.actor, question)
    except InvalidMetadata as error:
        problems = [one for one in error.problems if isinstance(one, MetadataProblem)]
        return SimulationPanel(errors=problem_lines(visit.words, problems))
    except TrellisError as error:
        return SimulationPanel(errors=(" ".join(filter(None, (error.message, error.hint))),))
    return _Shown(visit, found).panel()


class _Shown:
    def __init__(self, visit: Visit, found: Simulation) -> None:
        self._words = visit.words
        self._formats = visit.formats
        self._labels: Labels = visit.labels
        self._found = found
        self._thing: Object | None = visit.model.find_object(found.object)

    def panel(self) -> SimulationPanel:
        words, counts, number = self._words, self._found.counts, self._formats.number
        met = max((one.matches for one in counts.statements), default=0)
        plural = self._labels.plural(self._thing) if self._thing else self._found.object
        return SimulationPanel(
            title=words.say(
                "%(met)s of %(all)s %(objects)s meet a condition.",
                met=number(met),
                all=number(counts.looked_at),
                objects=plural,
            )
            if self._found.since is None
            else words.say("%(met)s of %(all)s saves meet a condition.", met=number(met), all=number(counts.looked_at)),
            note="" if counts.is_whole else words.say("Only the newest records were tried."),
            counts=tuple(self._counts()),
            records=tuple(self._record(one) for one in self._found.shown),
            untracked=", ".join(self._found.untracked),
        )

    def _counts(self) -> Iterator[SimulationCount]:
        words, counts, number = self._words, self._found.counts, self._formats.number
        for statement in counts.statements:
            yield SimulationCount(what=statement.name, number=number(statement.matches), icon="filter")
        for owner in counts.owners:
            what = words.say(
                "%(before)s to %(after)s", before=self._owner(owner.before), after=self._owner(owner.after)
            )
            yield SimulationCount(what=what, number=number(owner.records), icon="user-check")
        for field in counts.fields:
            what = words.say("%(field)s changes", field=self._field(field.field))
            yield SimulationCount(what=what, number=number(field.changes), icon="pencil")
        for line in counts.refused:
            what = words.say("refused by line %(line)s", line=line.line)
            yield SimulationCount(what=what, number=number(line.records), icon="hand-stop")

    def _record(self, one: Shown) -> SimulatedRecord:
        changes = [
            SimulatedChange(
                what=self._field(change.field),
                before=self._value(change.field, change.before),
                after=self._value(change.field, change.after),
            )
            for change in one.changes
        ]
        if one.owner is not None:
            before, after = one.owner
            owner = SimulatedChange(what=self._words.say("Owner"), before=self._owner(before), after=self._owner(after))
            changes.insert(0, owner)
        return SimulatedRecord(
            name=one.name or self._words.say("(no name)"),
            href=f"/app/{self._found.object}/{one.id}",
            changes=tuple(changes),
            notes=tuple(self._notes(one)),
        )

    def _notes(self, one: Shown) -> Iterator[str]:
        words = self._words
        yield from (words.say("Refused: %(message)s", message=message) for message in one.refused)
        for told in one.told:
            yield words.say("%(to)s is told: %(text)s", to=told.to, text=told.text)
        for other in one.others:
            thing = self._labels.model.find_object(other.object)
            label = self._labels.object(thing) if thing else other.object
            done = {
                "created": words.say("creates %(object)s", object=label),
                "updated": words.say("updates %(object)s", object=label),
                "deleted": words.say("deletes %(object)s", object=label),
                "restored": words.say("restores %(object)s", object=label),
            }
            yield done.get(other.did, f"{other.did} {label}")

    def _field(self, name: str) -> str:
        field = self._thing.fields.get(name) if self._thing else None
        return self._labels.field(self._thing, field) if self._thing and field else name

    def _value(self, name: str, value: Any) -> str:
        field = self._thing.fields.get(name) if self._thing else None
        if value is None or value == "":
            return "–"
        if isinstance(value, bool):
            return self._words.say("true") if value else self._words.say("false")
        if isinstance(value, list):
            return ", ".join(self._value(name, one) for one in value)
        if self._thing and isinstance(field, PicklistField) and isinstance(value, str):
            return self._labels.value(self._thing, field, value)
        return str(value)

    def _owner(self, owner: Owner) -> str:
        if "queue" in owner:
            queue = self._labels.model.queues.get(owner["queue"])
            return self._labels.queue(queue) if queue else owner["queue"]
        return owner.get("user") or self._words.say("nobody")
