"""What the page on which a record is shared shows."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.faces import Face
from builder_ui.lists.model import Choice
from builder_ui.objects import ObjectLink
from builder_ui.principals import PrincipalGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    """`face`: of a person; `team_role`: what somebody on the team is there for; `change_href`: where it is changed, "" for who may not."""

    id: str
    icon: str
    face: Face | None
    label: str
    team_role: str
    access: str
    until: str
    is_over: bool
    change_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareForm:
    """A share, or a place on the team, being written. `fixed`: with whom, where that is not to be chosen any more; `asks_name`: there are
    more people than are listed, so that a user name may be typed instead."""

    is_team: bool
    fixed: str
    principal: str
    groups: tuple[PrincipalGroup, ...]
    asks_name: bool
    username: str
    team_role: str
    writes: bool
    until: str
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedWhy:
    verdict: str
    allowed: bool
    grounds: tuple[tuple[bool, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingPage:
    """`team_form`, `share_form`: None for who may not share it; `people`: who may be asked about, only for those who may; `why`: what was
    asked; `changed`: the share that is in its form, "" for none."""

    title: str
    object: ObjectLink
    record_href: str
    action: str
    default: str
    team: tuple[ShareRow, ...]
    shares: tuple[ShareRow, ...]
    can_take_back: bool
    team_form: ShareForm | None
    share_form: ShareForm | None
    people: tuple[Choice, ...]
    asked: str
    why: AskedWhy | None
    problem: tuple[str, ...]
    changed: str = ""
