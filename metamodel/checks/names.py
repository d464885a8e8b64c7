"""Whether everything that is defined has a name it may have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from metamodel.draft import Draft, Key
from metamodel.names import RESERVED_FIELD_NAMES, RESERVED_OBJECT_NAMES, name_fault, split_namespace
from metamodel.picklist_values import PicklistValue
from metamodel.problems import MetadataProblem
from metamodel.words import word_for
from rule_engine.wording import say

_NAMESPACED_KINDS = (
    *("object", "picklist", "app", "template", "queue", "label", "setting"),
    *("calendar", "webhook", "role", "team", "permission_set", "permission_group"),
)


def check_names(draft: Draft) -> Iterator[MetadataProblem]:
    for key in draft.origins:
        match key:
            case ("object", name):
                yield from _check_name(draft, key, name, RESERVED_OBJECT_NAMES)
            case ("field", _, name):
                yield from _check_name(draft, key, name, RESERVED_FIELD_NAMES)
                yield from _check_field_namespace(draft, key)
            case ("queue" | "label" | "calendar" | "webhook" | "role" | "team" | "permission_group", name):
                yield from _check_name(draft, key, name, ())
            case ("record_type", object_name, _):
                # Its name itself is checked with the rest of it.
                yield from _check_added_namespace(draft, key, object_name)
            case ("sharing_rule" | "restriction_rule", object_name, name):
                yield from _check_name(draft, key, name, ())
                yield from _check_added_namespace(draft, key, object_name)
            case _:
                pass
        if key[0] in _NAMESPACED_KINDS:
            yield from _check_namespace(draft, key, key[1])
    for name, picklist in draft.picklists.items():
        yield from check_values(draft, ("picklist", name), picklist.values)


def check_values(draft: Draft, key: Key, values: Iterable[PicklistValue]) -> Iterator[MetadataProblem]:
    """The values of one picklist, `values` being the key `values` below the place of `key`."""
    seen: dict[str, int] = {}
    for index, value in enumerate(values):
        folded = value.name.casefold()
        if folded in seen:
            message = say(
                "the value %(value)r is there already (letter case does not tell values apart)", value=value.name
            )
            yield draft.problem(key, "duplicate_name", message, say("Remove one of them."), ("values", index))
        seen.setdefault(folded, index)


def _check_name(draft: Draft, key: Key, name: str, reserved: Iterable[str]) -> Iterator[MetadataProblem]:
    fault = name_fault(name, reserved)
    if fault:
        code = "reserved_name" if "kept by the platform" in fault else "bad_name"
        yield draft.problem(key, code, fault, say("Choose another name."))


def _check_namespace(draft: Draft, key: Key, name: str) -> Iterator[MetadataProblem]:
    component, _ = draft.origins[key]
    expected = draft.namespace_of(component.owner)
    found = split_namespace(name)[0]
    if found == expected:
        return
    if expected:
        message = say(
            "the %(kind)s %(name)r of a package with the namespace %(expected)r must be named %(wanted)s",
            kind=word_for(key[0]),
            name=name,
            expected=expected,
            wanted=f"{expected}__{split_namespace(name)[1]}",
        )
    else:
        message = say("the %(kind)s %(name)r has a namespace, its owner has none", kind=word_for(key[0]), name=name)
    yield draft.problem(
        key, "wrong_namespace", message, say("Two underscores in a row set a namespace apart from a name.")
    )


def _check_added_namespace(draft: Draft, key: Key, object_name: str) -> Iterator[MetadataProblem]:
    """Rules and record types of one's own object have no namespace; those of somebody else's have the package's."""
    component, _ = draft.origins[key]
    target = draft.objects.get(object_name)
    if target is not None and target.owner != component.owner:
        yield from _check_namespace(draft, key, key[2])
    elif split_namespace(key[2])[0]:
        message = say("the %(kind)s %(name)r needs no namespace for its own object", kind=word_for(key[0]), name=key[2])
        yield draft.problem(key, "wrong_namespace", message, say("Leave the prefix out."))


def _check_field_namespace(draft: Draft, key: Key) -> Iterator[MetadataProblem]:
    """Fields of one's own object have no namespace; those added to somebody else's have the package's."""
    component, _ = draft.origins[key]
    if component.kind == "extension":
        yield from _check_namespace(draft, key, key[2])
    elif split_namespace(key[2])[0]:
        yield draft.problem(
            key,
            "wrong_namespace",
            say("the field %(name)r needs no namespace in its own object", name=key[2]),
            say("Leave the prefix out."),
        )
