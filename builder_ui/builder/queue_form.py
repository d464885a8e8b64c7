"""The posted form of a queue -> the members it asks for: every row as it stands, then what the button pressed does to them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData

from builder_ui.posted import whole_number
from trellis.automation.queue_members import QueueMember
from trellis.automation.seat_checks import NewMember

# What the checks refuse as out of range, with words that say what is possible.
UNREADABLE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedSeat:
    """A row of the form, its numbers as they were typed."""

    user_id: str
    weight: str = "1"
    capacity: str = ""
    is_absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seating:
    """`moved`: whose row changed its place; `added` and `removed`: whose came and went; None for nobody."""

    seats: tuple[TypedSeat, ...]
    moved: str | None = None
    added: str | None = None
    removed: str | None = None


def typed_seat(member: QueueMember) -> TypedSeat:
    capacity = "" if member.capacity is None else str(member.capacity)
    return TypedSeat(user_id=member.user_id, weight=str(member.weight), capacity=capacity, is_absent=member.is_absent)


def read_seating(form: FormData) -> Seating:
    """The button is `do`: save, add, or up, down or remove with a colon and an id. Whom one chose to add is added by any of them."""
    seats = [_read_seat(form, user_id) for user_id in _texts(form, "user")]
    action, _, user_id = _text(form, "do").partition(":")
    at = next((place for place, seat in enumerate(seats) if seat.user_id == user_id), None)
    moved = removed = None
    if at is not None and action == "remove":
        del seats[at]
        removed = user_id
    elif at is not None and action in ("up", "down"):
        to = min(max(at + (1 if action == "down" else -1), 0), len(seats) - 1)
        seats.insert(to, seats.pop(at))
        moved = user_id
    added = _text(form, "add") or None
    if added is not None:
        seats.append(TypedSeat(user_id=added))
    return Seating(seats=tuple(seats), moved=moved, added=added, removed=removed)


def new_member(seat: TypedSeat) -> NewMember:
    capacity = seat.capacity.strip()
    return NewMember(
        user=seat.user_id,
        weight=_number(seat.weight),
        capacity=_number(capacity) if capacity else None,
        is_absent=seat.is_absent,
    )


def _number(text: str) -> int:
    number = whole_number(text.strip())
    return UNREADABLE if number is None else number


def _read_seat(form: FormData, user_id: str) -> TypedSeat:
    return TypedSeat(
        user_id=user_id,
        weight=_text(form, f"weight.{user_id}"),
        capacity=_text(form, f"capacity.{user_id}"),
        is_absent=f"absent.{user_id}" in form,
    )


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _texts(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]
