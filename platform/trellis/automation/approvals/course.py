"""The course of one request: which step waits for whom, and what each decision leads to. Pure: who may decide and which steps are passed
over is given with every move, as it is then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rule_engine.wording import Wording, say
from trellis.automation.approvals.errors import NoApprover, NotWaiting

Status = Literal["pending", "approved", "rejected", "recalled"]
VoteState = Literal["waiting", "approved", "rejected", "delegated", "closed"]
PassedOver = Literal["condition", "skip_if"]
Kind = Literal[
    "submitted", "entered", "passed_over", "approved", "rejected", "delegated", "returned", "recalled", "reminded", "ended"
]  # fmt: skip

_DECIDED: Mapping[Status, Wording] = {
    "approved": say("This is approved already."),
    "rejected": say("This is rejected already."),
    "recalled": say("This is recalled already."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A step as it would be for the record now. `label`: what people call it; `people`: ids of who would decide, each once; `needed`: how
    many must agree; `passed_over`: why nobody would be asked; `rejects_to`: where a rejection goes back to, None: it ends the course."""

    step: str
    label: str = ""
    people: tuple[str, ...] = ()
    needed: int = 1
    passed_over: PassedOver | None = None
    rejects_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One person's part in a step. `closed`: it was decided without them."""

    user: str
    state: VoteState = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """`votes`: those of the present round, of which there is a new one each time that a step is entered. While it is pending there is a
    step, and somebody whose vote is waiting."""

    status: Status = "pending"
    step: str | None = None
    round: int = 0
    needed: int = 0
    votes: tuple[Vote, ...] = ()

    def waits_for(self, user: str) -> bool:
        return self.status == "pending" and Vote(user=user) in self.votes

    @property
    def waiting(self) -> tuple[str, ...]:
        return tuple(vote.user for vote in self.votes if vote.state == "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What a move did, for the history. `user`: who did it; `other`: to whom it was delegated; `detail`: why a step was passed over, how
    the course ended."""

    kind: Kind
    round: int
    step: str | None = None
    user: str | None = None
    other: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    course: Course
    happenings: tuple[Happening, ...]


def begin(offers: Sequence[Offer], user: str) -> Move:
    """To the first step that is taken; to the end when none is. Raises NoApprover."""
    submitted = Happening(kind="submitted", round=0, user=user)
    return _after(submitted, _go_on(Course(), offers, 0))


def approve(course: Course, offers: Sequence[Offer], user: str) -> Move:
    """On to the next step that is taken, as soon as so many agree as the step needs. Raises NotWaiting, NoApprover."""
    voted = _voted(course, user, "approved")
    happening = Happening(kind="approved", round=course.round, step=course.step, user=user)
    if sum(vote.state == "approved" for vote in voted.votes) < course.needed:
        return Move(course=voted, happenings=(happening,))
    return _after(happening, _go_on(_closed(voted), offers, _place(course, offers) + 1))


def reject(course: Course, offers: Sequence[Offer], user: str) -> Move:
    """One who says no decides for the step: back to the step that it names, if that is taken now, else to the end. Raises NotWaiting,
    NoApprover."""
    voted = _closed(_voted(course, user, "rejected"))
    happening = Happening(kind="rejected", round=course.round, step=course.step, user=user)
    back = offers[_place(course, offers)].rejects_to
    earlier = next((offer for offer in offers if offer.step == back and offer.passed_over is None), None)
    if earlier is None:
        return _after(happening, _ended(voted, "rejected"))
    returned = Happening(kind="returned", round=course.round, step=earlier.step)
    return _after(happening, _after(returned, _entered(voted, earlier)))


def delegate(course: Course, user: str, to: str, by: str) -> Move:
    """`to` decides instead of `user`, as `by` wishes. Raises NotWaiting, also when `to` is asked already, or was."""
    voted = _voted(course, user, "delegated")
    if any(vote.user == to for vote in course.votes):
        raise NotWaiting(say("This step has asked them already."), hint=say("Choose somebody else."))
    happening = Happening(kind="delegated", round=course.round, step=course.step, user=by, other=to)
    return Move(course=replace(voted, votes=(*voted.votes, Vote(user=to))), happenings=(happening,))


def recall(course: Course, user: str) -> Move:
    """Raises NotWaiting when there is nothing to recall any more."""
    if course.status != "pending":
        raise NotWaiting(_DECIDED[course.status])
    happening = Happening(kind="recalled", round=course.round, step=course.step, user=user)
    return _after(happening, _ended(_closed(course), "recalled"))


def _voted(course: Course, user: str, state: VoteState) -> Course:
    if course.status != "pending":
        raise NotWaiting(_DECIDED[course.status])
    if not course.waits_for(user):
        raise NotWaiting(say("This does not wait for this person."), hint=say("Look at it again: who is asked now?"))
    votes = (replace(vote, state=state) if vote.user == user else vote for vote in course.votes)
    return replace(course, votes=tuple(votes))


def _closed(course: Course) -> Course:
    votes = (replace(vote, state="closed") if vote.state == "waiting" else vote for vote in course.votes)
    return replace(course, votes=tuple(votes))


def _place(course: Course, offers: Sequence[Offer]) -> int:
    for place, offer in enumerate(offers):
        if offer.step == course.step:
            return place
    raise NotWaiting(
        say('The approval has no step "%(step)s" any more.', step=course.step or ""),
        hint=say("Recall it, and submit the record again."),
    )


def _go_on(course: Course, offers: Sequence[Offer], start: int) -> Move:
    passed: list[Happening] = []
    for offer in offers[start:]:
        if offer.passed_over is None:
            return _after(*passed, _entered(course, offer))
        passed.append(
            Happening(kind="passed_over", round=course.round, step=offer.step, detail=offer.passed_over),
        )
    return _after(*passed, _ended(course, "approved"))


def _entered(course: Course, offer: Offer) -> Move:
    """A new round. Nobody votes for two: the same person is asked once."""
    people = tuple(dict.fromkeys(offer.people))
    if len(people) < max(offer.needed, 1):
        raise NoApprover(offer.label or offer.step, found=len(people), needed=max(offer.needed, 1))
    entered = Course(
        step=offer.step,
        round=course.round + 1,
        needed=max(offer.needed, 1),
        votes=tuple(Vote(user=user) for user in people),
    )
    return Move(course=entered, happenings=(Happening(kind="entered", round=entered.round, step=offer.step),))


def _ended(course: Course, status: Status) -> Move:
    ended = replace(course, status=status, step=None)
    return Move(course=ended, happenings=(Happening(kind="ended", round=course.round, detail=status),))


def _after(*parts: Happening | Move) -> Move:
    """The happenings in order; the course of the last part."""
    last = parts[-1]
    assert isinstance(last, Move)
    before = [part for part in parts[:-1] if isinstance(part, Happening)]
    return Move(course=last.course, happenings=(*before, *last.happenings))
