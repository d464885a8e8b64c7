"""Whether somebody may be seated at a queue so, or be given a role: pure checks that find everything at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from trellis.automation.people import Person
from trellis.errors import FieldError, InvalidRecord

MAX_MEMBERS = 400
MAX_WEIGHT = 1_000
MAX_CAPACITY = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """Whom to seat: `user` is an id or a user name. The rest as in QueueMember."""

    user: str
    weight: int = 1
    capacity: int | None = None
    is_absent: bool = False


def check_members(
    members: Sequence[NewMember], people: Mapping[str, Person], *, sitting: Collection[str]
) -> tuple[Person, ...]:
    """The person of each member. `people`: by what the members call them; `sitting`: ids of who sits there already, and may stay
    although not active any more. Raises InvalidRecord with every finding."""
    numbers = [finding for index, member in enumerate(members) for finding in _check_numbers(member, index)]
    users = [member.user for member in members]
    return check_people(users, people, sitting=sitting, most=MAX_MEMBERS, what="queue", findings=numbers)


def check_people(
    users: Sequence[str],
    people: Mapping[str, Person],
    *,
    sitting: Collection[str],
    most: int,
    what: str,
    findings: Sequence[FieldError] = (),
) -> tuple[Person, ...]:
    """The person of each of `users`: everybody once, and active or there already. `findings`: what else was found. Raises InvalidRecord
    with all of them, in the order of the users."""
    if len(users) > most:
        message = f"A {what} has at most {most:,} members, not {len(users):,}."
        raise InvalidRecord(message, fields=(FieldError(field=None, code="too_many_values", message=message),))
    found = list(findings)
    seated: dict[str, Person] = {}
    for index, user in enumerate(users):
        person = people.get(user)
        refusal = _check_person(user, person, index, seated=seated, sitting=sitting)
        if refusal is not None:
            found.append(refusal)
        elif person is not None:
            seated[person.id] = person
    if found:
        found.sort(key=lambda finding: finding.index)
        raise InvalidRecord(_summary(found), fields=tuple(found))
    return tuple(seated.values())


def _check_person(
    user: str, person: Person | None, index: int, *, seated: Collection[str], sitting: Collection[str]
) -> FieldError | None:
    if person is None:
        message = f'There is no user "{user[:100]}".'
        return FieldError(field="user", code="not_found", message=message, index=index)
    if person.id in seated:
        return FieldError(field="user", code="repeated", message=f"{person.name} is in the list twice.", index=index)
    if not person.is_active and person.id not in sitting:
        message = f"{person.name} is not active any more."
        return FieldError(field="user", code="not_active", message=message, index=index)
    return None


def _check_numbers(member: NewMember, index: int) -> list[FieldError]:
    findings = []
    if not 1 <= member.weight <= MAX_WEIGHT:
        message = f"A weight is a whole number from 1 to {MAX_WEIGHT:,}."
        findings.append(FieldError(field="weight", code="out_of_range", message=message, index=index))
    if member.capacity is not None and not 1 <= member.capacity <= MAX_CAPACITY:
        message = f"A capacity is a whole number from 1 to {MAX_CAPACITY:,}, or none at all."
        findings.append(FieldError(field="capacity", code="out_of_range", message=message, index=index))
    return findings


def _summary(findings: Sequence[FieldError]) -> str:
    more = f" And {len(findings) - 1:,} more." if len(findings) > 1 else ""
    return f"Member {findings[0].index + 1}: {findings[0].message}{more}"
