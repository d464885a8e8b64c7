"""Whether somebody may be seated at a queue so: pure checks that find everything at once."""

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
    if len(members) > MAX_MEMBERS:
        message = f"A queue has at most {MAX_MEMBERS:,} members, not {len(members):,}."
        raise InvalidRecord(message, fields=(FieldError(field=None, code="too_many_values", message=message),))
    findings: list[FieldError] = []
    seated: dict[str, Person] = {}
    for index, member in enumerate(members):
        findings += _check_numbers(member, index)
        person = people.get(member.user)
        refusal = _check_person(member, person, index, seated=seated, sitting=sitting)
        if refusal is not None:
            findings.append(refusal)
        elif person is not None:
            seated[person.id] = person
    if findings:
        raise InvalidRecord(_summary(findings), fields=tuple(findings))
    return tuple(seated.values())


def _check_person(
    member: NewMember, person: Person | None, index: int, *, seated: Collection[str], sitting: Collection[str]
) -> FieldError | None:
    if person is None:
        message = f'There is no user "{member.user[:100]}".'
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
