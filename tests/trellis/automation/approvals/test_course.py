"""The course of a request, tried with any steps and any decisions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.automation.approvals.course import Course, Move, Offer, Vote, approve, begin, delegate, recall, reject
from trellis.automation.approvals.errors import NoApprover, NotWaiting

PEOPLE = ("ada", "bo", "chen", "dora")


def offer(step: str, *people: str, needed: int = 1, back: str | None = None, skip: bool = False) -> Offer:
    return Offer(step=step, people=people, needed=needed, rejects_to=back, passed_over="condition" if skip else None)


def kinds(move: Move) -> list[str]:
    return [happening.kind for happening in move.happenings]


# Steps in order


def test_steps_are_taken_in_order_and_the_last_one_ends_it() -> None:
    steps = [offer("manager", "ada"), offer("finance", "bo", skip=True), offer("chief", "chen")]
    first = begin(steps, "eve")
    assert (first.course.step, first.course.waiting, kinds(first)) == ("manager", ("ada",), ["submitted", "entered"])
    second = approve(first.course, steps, "ada")
    assert (second.course.step, kinds(second)) == ("chief", ["approved", "passed_over", "entered"])
    last = approve(second.course, steps, "chen")
    assert (last.course.status, last.course.step, kinds(last)) == ("approved", None, ["approved", "ended"])


def test_with_every_step_passed_over_it_is_approved_at_once() -> None:
    move = begin([offer("manager", skip=True)], "eve")
    assert (move.course.status, kinds(move)) == ("approved", ["submitted", "passed_over", "ended"])


def test_any_one_of_several_decides_and_the_others_need_not() -> None:
    steps = [offer("desk", "ada", "bo", "chen")]
    move = approve(begin(steps, "eve").course, steps, "bo")
    assert [vote.state for vote in move.course.votes] == ["closed", "approved", "closed"]
    with pytest.raises(NotWaiting, match="approved already"):
        approve(move.course, steps, "ada")


def test_a_quorum_waits_for_so_many_and_one_no_is_enough() -> None:
    steps = [offer("board", "ada", "bo", "chen", needed=2)]
    one = approve(begin(steps, "eve").course, steps, "ada")
    assert (one.course.status, one.course.waiting) == ("pending", ("bo", "chen"))
    assert approve(one.course, steps, "chen").course.status == "approved"
    assert reject(one.course, steps, "bo").course.status == "rejected"


def test_a_step_that_too_few_can_decide_on_is_not_entered() -> None:
    with pytest.raises(NoApprover, match='"board": it needs 2, and there are 1'):
        begin([offer("board", "ada", "ada", needed=2)], "eve")
    steps = [offer("manager", "ada"), offer("chief")]
    with pytest.raises(NoApprover, match='"chief": it needs 1, and there are 0'):
        approve(begin(steps, "eve").course, steps, "ada")


# Back, over to somebody else, and off


def test_a_rejection_goes_back_to_the_step_it_names_which_asks_anew() -> None:
    steps = [offer("manager", "ada"), offer("finance", "bo", back="manager")]
    second = approve(begin(steps, "eve").course, steps, "ada").course
    move = reject(second, steps, "bo")
    assert (move.course.step, move.course.round, move.course.waiting) == ("manager", 3, ("ada",))
    assert kinds(move) == ["rejected", "returned", "entered"]


def test_back_to_a_step_that_would_be_passed_over_now_is_the_end() -> None:
    steps = [offer("manager", "ada"), offer("finance", "bo", back="manager")]
    second = approve(begin(steps, "eve").course, steps, "ada").course
    now = [offer("manager", "ada", skip=True), steps[1]]
    assert reject(second, now, "bo").course.status == "rejected"


def test_who_delegates_is_asked_no_more_and_the_other_decides() -> None:
    steps = [offer("manager", "ada", "bo", needed=2)]
    move = delegate(begin(steps, "eve").course, "ada", "chen", "ada")
    assert move.course.waiting == ("bo", "chen")
    with pytest.raises(NotWaiting):
        approve(move.course, steps, "ada")
    with pytest.raises(NotWaiting, match="asked them already"):
        delegate(move.course, "chen", "bo", "chen")
    with pytest.raises(NotWaiting, match="asked them already"):
        delegate(move.course, "chen", "ada", "chen")


def test_a_step_that_was_deployed_away_can_only_be_recalled() -> None:
    course = begin([offer("manager", "ada")], "eve").course
    with pytest.raises(NotWaiting, match='no step "manager" any more'):
        approve(course, [offer("other", "ada")], "ada")
    assert recall(course, "eve").course.status == "recalled"


# Any steps, any decisions

offers = st.lists(
    st.builds(
        Offer,
        step=st.just(""),
        people=st.lists(st.sampled_from(PEOPLE), max_size=4).map(tuple),
        needed=st.integers(1, 3),
        passed_over=st.sampled_from([None, None, None, "condition", "skip_if"]),
    ),
    max_size=4,
)


@st.composite
def some_steps(draw: st.DrawFn) -> list[Offer]:
    found: list[Offer] = []
    for number, one in enumerate(draw(offers)):
        back = draw(st.sampled_from([None, *(earlier.step for earlier in found)]))
        found.append(
            Offer(
                step=f"s{number}",
                people=one.people,
                needed=one.needed,
                passed_over=one.passed_over,
                rejects_to=back,
            )
        )
    return found


Decision = Callable[[Course, list[Offer]], Move]
decisions = st.lists(
    st.one_of(
        st.sampled_from(PEOPLE).map(lambda user: lambda course, steps: approve(course, steps, user)),
        st.sampled_from(PEOPLE).map(lambda user: lambda course, steps: reject(course, steps, user)),
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from((*PEOPLE, "eve"))).map(
            lambda pair: lambda course, steps: delegate(course, pair[0], pair[1], pair[0])
        ),
        st.just(lambda course, steps: recall(course, "eve")),
    ),
    max_size=12,
)


def _check(course: Course, steps: list[Offer]) -> None:
    people = [vote.user for vote in course.votes]
    assert len(people) == len(set(people)), "nobody votes twice"
    if course.status == "pending":
        assert course.step in {one.step for one in steps if one.passed_over is None}
        agreed = sum(vote.state == "approved" for vote in course.votes)
        assert agreed < course.needed <= agreed + len(course.waiting), "it can still be decided, and is not yet"
        assert not any(vote.state in ("rejected", "closed") for vote in course.votes)
    else:
        assert course.step is None
        assert course.waiting == ()


@given(some_steps(), decisions)
def test_whatever_people_decide_a_pending_request_waits_for_somebody_and_a_decided_one_for_nobody(
    steps: list[Offer], made: list[Decision]
) -> None:
    try:
        course = begin(steps, "eve").course
    except NoApprover:
        return
    _check(course, steps)
    for decide in made:
        before = course
        try:
            move = decide(course, steps)
        except (NotWaiting, NoApprover):
            assert course == before
            continue
        assert before.status == "pending", "what is decided stays so"
        assert move.happenings
        assert move.course.round >= before.round
        if move.course.round == before.round:
            assert {vote.user for vote in before.votes} <= {vote.user for vote in move.course.votes}
        course = move.course
        _check(course, steps)


@given(some_steps())
def test_when_everybody_who_is_asked_agrees_every_step_that_is_taken_was_entered_once(steps: list[Offer]) -> None:
    try:
        move = begin(steps, "eve")
        entered = [one.step for one in move.happenings if one.kind == "entered"]
        course = move.course
        while course.status == "pending":
            move = approve(course, steps, course.waiting[0])
            entered += [one.step for one in move.happenings if one.kind == "entered"]
            course = move.course
    except NoApprover:
        return
    assert entered == [one.step for one in steps if one.passed_over is None]
    assert course.status == "approved"


def test_a_vote_waits_until_it_is_cast() -> None:
    course = Course(step="s", round=1, needed=1, votes=(Vote(user="ada"),))
    assert course.waits_for("ada")
    assert not course.waits_for("bo")
