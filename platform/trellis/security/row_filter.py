"""Which records of an object somebody may read or change, as data: a record is theirs when any of the arms holds, and every
restriction. trellis.query.row_conditions makes SQL of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerGroup:
    """Whoever is a member of one of `names`; `kind` as in trellis_group_member: role, team, permission_set, permission_group."""

    kind: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Records that were shared by hand, or by being put on their team. `principals`: whom the shares may name, beside the user
    themself. `writable`: only shares that let one write count."""

    object: str
    principals: frozenset[str]
    writable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """Records whose master is one that may be read (or changed); `filter` None: any that is not in the bin."""

    lookup: str
    object: str
    filter: RowFilter | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """`is_everyone`: the arms do not matter, only the restrictions. `owned`: the user's own. `owner_groups`: what members of these own.
    `queues`: what waits in these. `criteria`: formulas. `masters`: all of them must hold, for objects that follow their masters.
    `restrictions`: formulas that every record must meet, whatever arm it came by."""

    is_everyone: bool = False
    owned: bool = False
    owner_groups: tuple[OwnerGroup, ...] = ()
    queues: frozenset[str] = frozenset()
    criteria: tuple[str, ...] = ()
    shares: Shares | None = None
    masters: tuple[Master, ...] = ()
    restrictions: tuple[str, ...] = ()
