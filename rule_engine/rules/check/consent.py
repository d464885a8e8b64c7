"""Checks that a message that needs consent goes to somebody who can have consented: an address that is a field of their record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rule_engine.rules import checked
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.syntax import people
from rule_engine.syntax import Name
from rule_engine.types import Path
from rule_engine.wording import say, say_choice


def check_consent(
    checking: Checking,
    template: str | None,
    recipient: checked.Recipient | None,
    place: people.Recipient,
    owner: RuleObject,
) -> checked.Recipient | None:
    """The recipient with its person, where the template needs one."""
    objects = None if template is None else checking.names.consenting_objects(template)
    if objects is None or recipient is None:
        return recipient
    person = _person(checking, recipient, place, owner)
    if isinstance(recipient, checked.EmailRecipient) and person is not None and person.object in objects:
        return replace(recipient, person=person)
    message = say('Nobody is asked here to consent to what the template "%(name)s" is for.', name=template)
    checking.report("no_consent", message, place, _hint(objects))
    return recipient


def _hint(objects: Sequence[str]) -> str:
    return say("Send it to a field of %(objects)s, such as email.", objects=say_choice(objects))


def _person(
    checking: Checking, recipient: checked.Recipient, place: people.Recipient, owner: RuleObject
) -> checked.OneRecord | None:
    """The record that has the address; None for an address that is worked out or written down."""
    is_name = isinstance(place, people.ExpressionRecipient) and isinstance(place.expression, Name)
    if not is_name or not isinstance(recipient, checked.EmailRecipient) or not recipient.address.references:
        return None
    path = recipient.address.references[0].path
    holder: Path = path[:-1]
    if not holder:
        is_field = checking.names.field(owner.name, path[0]) is not None
        return checked.OneRecord(path=("id",), object=owner.name) if is_field else None
    if len(holder) == 1 and holder[0] in owner.variables:
        return checked.OneRecord(path=(*holder, "id"), object=owner.variables[holder[0]])
    found = owner.scope.find(holder)
    target = None if found is None else found.type.target
    return None if target is None else checked.OneRecord(path=holder, object=target)
