"""The parameters of rules that are called: their types, and what a call gives them."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.syntax.node import FieldValue, Word
from rule_engine.rules.syntax.triggers import Parameter
from rule_engine.types import BOOLEAN, DATE, DATETIME, ID, NUMBER, TEXT, TIME, Kind, Type
from rule_engine.wording import say

TYPES = MappingProxyType(
    {
        **dict.fromkeys(("text", "long_text", "text_area", "email", "phone", "url", "picklist"), TEXT),
        **dict.fromkeys(("number", "currency", "percent"), NUMBER),
        "checkbox": BOOLEAN,
        "date": DATE,
        "datetime": DATETIME,
        "time": TIME,
        "id": ID,
    }
)


def parameter_type(checking: Checking, word: Word) -> Type | None:
    """That of a field type, or the id of a record of an object; None when there is no such type."""
    if word.name in TYPES:
        return TYPES[word.name]
    return Type(kind=Kind.ID, target=word.name) if word.name in checking.names.objects() else None


def check_parameters(
    checking: Checking, parameters: Iterable[Parameter], owner: RuleObject
) -> tuple[tuple[str, Type], ...]:
    found: dict[str, Type] = {}
    for parameter in parameters:
        name = parameter.name
        if name.name in found or owner.scope.find((name.text,)) is not None or "." in name.text:
            check_new_name(checking, name, owner, is_taken=name.name in found)
            continue
        type_ = parameter_type(checking, parameter.type)
        if type_ is None:
            checking.report_unknown("type", parameter.type.text, parameter.type, TYPES)
        found[name.name] = type_ or TEXT
    return tuple(found.items())


def check_new_name(checking: Checking, word: Word, owner: RuleObject, *, is_taken: bool = False) -> bool:
    """Whether the word may name something new here: a parameter, a loop variable, an alias."""
    if not word.text.replace("_", "a").isalnum():
        checking.report(
            "bad_name", say('"%(name)s" is no name.', name=word.text), word, say("Use letters, digits and underscores.")
        )
        return False
    if is_taken or owner.scope.find((word.text,)) is not None:
        message = say('"%(name)s" is the name of something else here.', name=word.text)
        checking.report("duplicate_name", message, word, say("Choose another name."))
        return False
    return True


def check_arguments(
    checking: Checking, values: tuple[FieldValue, ...], parameters: Iterable[Parameter], owner: RuleObject
) -> None:
    """Whether a call gives each parameter a value of its type at most once; those it leaves out are blank."""
    types = {one.name.name: parameter_type(checking, one.type) for one in parameters}
    for assigned in values:
        name = assigned.field
        if name.name not in types:
            checking.report_unknown("parameter", name.text, name, types)
            continue
        wanted = types[name.name]
        if wanted is not None:
            checking.formula(
                assigned.value, owner.scope, wanted.kind, use=say('The parameter "%(name)s"', name=name.text)
            )
