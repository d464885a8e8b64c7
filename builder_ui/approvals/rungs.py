"""A request's history and what is ahead of it -> the ladder that people read."""

from __future__ import annotations

from collections.abc import Iterator

from builder_ui.approvals.model import Rung, Tone
from builder_ui.visit import Visit
from rule_engine import CheckedFormula
from trellis.automation.approvals.desk import Ahead, Sight
from trellis.automation.approvals.reading import Event
from trellis.automation.people import Person
from trellis.automation.steps import Formula
from trellis.formulas.words import say


class Ladder:
    def __init__(self, visit: Visit, sight: Sight) -> None:
        self._visit = visit
        self._words = visit.words
        self._sight = sight

    @property
    def label(self) -> str:
        approval = self._sight.approval
        return self._visit.labels.approval(approval.approval) if approval else self._sight.request.approval

    def step_label(self, name: str | None) -> str:
        approval = self._sight.approval
        for one in approval.steps if approval else ():
            if approval is not None and one.step.name == name:
                return self._visit.labels.approval_step(approval.approval, one.step)
        return name or ""

    def rungs(self) -> tuple[Rung, ...]:
        """From the submission to the end, oldest first."""
        events = self._sight.opened.events
        is_recalled = any(event.kind == "recalled" for event in events)
        found = [
            rung
            for event in events
            if not (is_recalled and event.kind == "ended") and (rung := self._event(event)) is not None
        ]
        return (*found, *self._now(), *(self._ahead(step) for step in self._sight.ahead), *self._last())

    def _event(
        self, event: Event
    ) -> Rung | None:  # icons: send check x user-share arrow-back-up bell minus flag circle-check
        words, step = self._words, self.step_label(event.step)
        other = self._name(event.other)
        match event.kind:
            case "submitted":
                return self._said(event, "send", "ok", words.say("Submitted"))
            case "approved":
                return self._said(event, "check", "ok", words.say("%(step)s: agreed", step=step))
            case "rejected":
                return self._said(event, "x", "bad", words.say("%(step)s: rejected", step=step))
            case "delegated":
                title = words.say("%(step)s: handed over to %(name)s", step=step, name=other)
                return self._said(event, "user-share", "", title)
            case "recalled":
                return self._said(event, "arrow-back-up", "", words.say("Recalled"))
            case "returned":
                return self._dated(event, "arrow-back-up", "", words.say("Back to %(step)s", step=step))
            case "reminded":
                return self._dated(event, "bell", "", words.say("%(step)s: reminded", step=step))
            case "passed_over":
                return self._passed_over(event.step, event.comment)
            case "ended":
                is_good = event.comment == "approved"
                title = words.say("Approved") if is_good else words.say("Rejected")
                return self._dated(event, "flag", "ok" if is_good else "bad", title)
            case _:
                return None

    def _now(self) -> Iterator[Rung]:
        waiting = self._sight.opened.waiting
        if not waiting:
            return
        words, request = self._words, self._sight.request
        names = [words.say("you") if vote.user.id == self._visit.actor.user_id else vote.user.name for vote in waiting]
        step = self.step_label(request.step)
        agreed = sum(vote.state == "approved" and vote.round == request.round for vote in self._sight.opened.votes)
        note = ""
        if request.needed > 1:
            note = words.say(
                "%(agreed)s of %(needed)s agreed; whoever rejects decides.", agreed=agreed, needed=request.needed
            )
        elif len(waiting) > 1:
            note = words.say("One of them decides.")
        since = min(vote.asked_at for vote in waiting)
        yield Rung(
            icon="user",
            tone="now",
            title=words.say("%(step)s: %(names)s", step=step, names=self._list(names)),
            note=note,
            at=self._visit.formats.since(since, self._visit.now),
            at_iso=since.isoformat(),
            at_full=self._visit.formats.moment(since),
        )

    def _ahead(self, step: Ahead) -> Rung:
        offer = step.offer
        if offer is not None and offer.passed_over is not None:
            return self._passed_over(step.name, offer.passed_over)
        names = self._list([person.name for person in step.people])
        note = names
        if offer is not None and offer.needed > len(step.people):
            note = self._words.say("Too few people can decide here as it is now.")
        elif offer is not None and offer.needed > 1:
            note = self._words.say("%(needed)s of %(names)s", needed=offer.needed, names=names)
        return Rung(icon="user", tone="ahead", title=self.step_label(step.name), note=note)

    def _last(self) -> Iterator[Rung]:
        if self._sight.request.status == "pending":
            yield Rung(icon="flag", tone="ahead", title=self._words.say("Approved and unlocked"))

    def _passed_over(self, name: str | None, why: str | None) -> Rung:
        step = self.step_label(name)
        formula = self._condition(name, why)
        words = self._words
        sentence = self.sentence(formula.checked) if formula else ""
        note = ""
        if formula is not None and why == "condition":
            note = words.say("Only if %(condition)s.", condition=sentence)
        elif formula is not None:
            note = words.say("Passed over since %(condition)s.", condition=sentence)
        return Rung(
            icon="minus",
            tone="ahead",
            title=words.say("%(step)s: not needed", step=step),
            note=note,
            formula=formula.source if formula else "",
        )

    def _condition(self, name: str | None, why: str | None) -> Formula | None:
        steps = self._sight.approval.steps if self._sight.approval else ()
        for one in steps:
            if one.step.name == name:
                return one.condition if why == "condition" else one.skip_if
        return None

    def sentence(self, formula: CheckedFormula) -> str:
        """In the reader's language, as a part of a sentence."""
        return say(self._visit.model, self._sight.request.object, formula, self._visit.labels)

    def _said(self, event: Event, icon: str, tone: Tone, title: str) -> Rung:
        at = event.happened_at
        return Rung(
            icon=icon,
            tone=tone,
            title=title,
            note=self._name(event.user),
            quote=event.comment or "",
            at=self._visit.formats.since(at, self._visit.now),
            at_iso=at.isoformat(),
            at_full=self._visit.formats.moment(at),
        )

    def _dated(self, event: Event, icon: str, tone: Tone, title: str) -> Rung:
        at = event.happened_at
        return Rung(
            icon=icon,
            tone=tone,
            title=title,
            at=self._visit.formats.since(at, self._visit.now),
            at_iso=at.isoformat(),
            at_full=self._visit.formats.moment(at),
        )

    def _name(self, person: Person | None) -> str:
        if person is None:
            return self._words.say("somebody who is gone")
        return person.name

    def _list(self, names: list[str]) -> str:
        return self._words.say(", ").join(names)
