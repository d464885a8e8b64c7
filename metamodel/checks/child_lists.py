"""Whether the names that lookups give their child lists are names, and free. Lists without a name of their own cannot clash:
where two would be called the same, neither can be read until one is named."""

from __future__ import annotations

from collections.abc import Iterator

from metamodel.child_lists import ChildList, ChildLists
from metamodel.draft import Draft
from metamodel.names import name_fault, split_namespace
from metamodel.problems import MetadataProblem


def check_child_lists(draft: Draft) -> Iterator[MetadataProblem]:
    lists = ChildLists(draft.objects.values())
    for name, target in draft.objects.items():
        for claimants in lists.of(name).values():
            named = [one for one in claimants if one.is_named]
            for position, one in enumerate(named):
                yield from _faults(draft, one, named[:position], is_field=one.name in target.fields)


def _faults(draft: Draft, one: ChildList, earlier: list[ChildList], *, is_field: bool) -> Iterator[MetadataProblem]:
    key = ("field", one.object.name, one.lookup.name)
    at = ("children_name",)
    fault = name_fault(one.name)
    if fault:
        yield draft.problem(key, "bad_name", fault, "Choose another name.", at)
    expected = draft.namespace_of(draft.origins[key][0].owner)
    if (
        expected
        and draft.objects[one.lookup.object].owner != one.object.owner
        and split_namespace(one.name)[0] != expected
    ):
        message = f"the child list {one.name!r} of somebody else's object must be named {expected}__{one.name}"
        yield draft.problem(key, "wrong_namespace", message, "Or leave children_name out.", at)
    if earlier:
        other = earlier[0]
        message = (
            f"{one.lookup.object} has a child list {one.name!r} already, from {other.object.name}.{other.lookup.name}"
        )
        yield draft.problem(key, "duplicate_name", message, "Choose another name.", at)
    if is_field:
        message = f"{one.lookup.object} has a field {one.name!r}, so its child list cannot have that name"
        yield draft.problem(key, "duplicate_name", message, "Choose another name.", at)
