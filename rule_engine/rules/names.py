"""The names that rules may use, as the checker asks for them. The metamodel implements RuleNames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rule_engine.rules.declared import Declared
from rule_engine.types import Scope, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """One field. `is_writable`: a rule may set it. `target`: the object a lookup points to, None for any or no lookup."""

    type: Type
    is_system: bool = False
    is_writable: bool = True
    target: str | None = None


class RuleNames(Protocol):
    """The names of one tenant's model. Arguments are lower case, as API names are."""

    def object_scope(self, object_name: str, /) -> Scope | None:
        """What formulas over records of the object may name; None when there is no such object."""

    def field(self, object_name: str, name: str, /) -> FieldInfo | None:
        """The field, or None."""

    def children(self, object_name: str, /) -> Sequence[str]:
        """The names of the object's child lists, such as "opportunities"."""

    def objects(self) -> Sequence[str]:
        """Every object's name."""

    def queues(self) -> Sequence[str]:
        """Every queue's name."""

    def templates(self) -> Sequence[str]:
        """Every message template's name."""

    def users(self) -> Sequence[str] | None:
        """Every username, or None when they are not known here: then any is accepted."""

    def calendars(self) -> Sequence[str] | None:
        """Every calendar's name. None here and below: not known here, so any is accepted."""

    def webhooks(self) -> Sequence[str] | None:
        """Every webhook's name."""

    def consenting_objects(self, template: str, /) -> Sequence[str] | None:
        """The objects whose records are the people who may consent to what the template is for; None when it needs no consent."""

    def carried_channels(self) -> Sequence[str] | None:
        """The channels, of sms and chat, that some webhook carries where a rule does not say via which."""

    def roles(self) -> Sequence[str] | None:
        """Every role's name."""

    def teams(self) -> Sequence[str] | None:
        """Every team's name."""

    def declared(self) -> Declared:
        """The approvals and callable rules of all rule files; those of the file that is checked need not be among them."""
