"""Queues and their members -> what their pages show, with what was refused said where it was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from builder_ui.builder.queue_form import TypedSeat
from builder_ui.builder.queue_model import QueueFace, QueuePage, QueueRow, SeatRow
from builder_ui.faces import face_of
from builder_ui.forms.complaints import complaint
from builder_ui.lists.model import Choice
from builder_ui.translation import Words
from builder_ui.visit import Visit
from metamodel.definitions import Queue
from trellis.automation.queue_members import QueueMember, StaffedQueue
from trellis.automation.seat_checks import MAX_CAPACITY, MAX_WEIGHT
from trellis.errors import FieldError
from trellis.security.users import User

FACES = 5


def build_row(visit: Visit, staffed: StaffedQueue) -> QueueRow:
    queue, members = staffed.queue, staffed.members
    away = [member for member in members if _is_away(member)]
    return QueueRow(
        name=queue.name,
        label=visit.labels.queue(queue),
        href=f"/builder/queues/{queue.name}",
        objects=_objects(visit, queue),
        package=_package(visit, queue),
        faces=tuple(QueueFace(face=face_of(one.user_id, one.name), is_away=_is_away(one)) for one in members[:FACES]),
        count=len(members),
        away=len(away),
        names=", ".join(member.name for member in members),
    )


def build_page(
    visit: Visit,
    staffed: StaffedQueue,
    users: Mapping[str, User],
    seats: Sequence[TypedSeat],
    *,
    errors: tuple[str, ...],
    refused: Sequence[FieldError],
) -> QueuePage:
    """`seats` as they stand in the form; `refused`: findings by their place among them. Who is no user any more has no row."""
    queue = staffed.queue
    shown = [(place, seat) for place, seat in enumerate(seats) if seat.user_id in users]
    places = {place for place, _ in shown}
    homeless = [finding for finding in refused if finding.index not in places or finding.field is None]
    seated = {seat.user_id for seat in seats}
    return QueuePage(
        name=queue.name,
        label=visit.labels.queue(queue),
        facts=tuple(filter(None, (_objects(visit, queue), _package(visit, queue)))),
        action=f"/builder/queues/{queue.name}",
        seen=staffed.tag,
        seats=tuple(_seat(visit.words, users[seat.user_id], seat, place, refused) for place, seat in shown),
        candidates=tuple(
            Choice(value=user.id, label=f"{user.name} ({user.username})")
            for user in sorted(users.values(), key=lambda user: (user.name.casefold(), user.username))
            if user.is_active and user.id not in seated
        ),
        errors=(*errors, *(_said(visit.words, finding) for finding in homeless)),
    )


def _seat(words: Words, user: User, seat: TypedSeat, place: int, refused: Sequence[FieldError]) -> SeatRow:
    errors = {finding.field: _said(words, finding) for finding in refused if finding.index == place}
    return SeatRow(
        user_id=user.id,
        face=face_of(user.id, user.name),
        username=user.username,
        weight=seat.weight,
        capacity=seat.capacity,
        is_absent=seat.is_absent,
        is_active=user.is_active,
        weight_error=errors.get("weight", ""),
        capacity_error=errors.get("capacity", ""),
        user_error=errors.get("user", ""),
    )


def _said(words: Words, finding: FieldError) -> str:
    if finding.field == "weight":
        return words.say("A whole number from 1 to %(most)s.", most=f"{MAX_WEIGHT:,}")
    if finding.field == "capacity":
        return words.say("A whole number from 1 to %(most)s, or nothing.", most=f"{MAX_CAPACITY:,}")
    if finding.code == "not_active":
        return words.say("This person is not active any more.")
    return complaint(words, finding.code, finding.message)


def _is_away(member: QueueMember) -> bool:
    return member.is_absent or not member.is_active


def _objects(visit: Visit, queue: Queue) -> str:
    things = (visit.model.find_object(name) for name in queue.objects)
    return ", ".join(visit.labels.plural(thing) for thing in things if thing)


def _package(visit: Visit, queue: Queue) -> str:
    package = visit.model.packages.get(queue.owner)
    return package.label if package else queue.owner
