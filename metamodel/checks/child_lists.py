"""Whether the names that lookups give their child lists are names, and free. Lists without a name of their own cannot clash:
where two would be called the same, neither can be read until one is named."""

from __future__ import annotations

from collections.abc import Iterator

from metamodel.child_lists import ChildList, ChildLists
from metamodel.draft import Draft
from metamodel.names import name_fault, split_namespace
from metamodel.problems import MetadataProblem
from rule_engine.wording import say


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
        yield draft.problem(key, "bad_name", fault, say("Choose another name."), at)
    expected = draft.namespace_of(draft.origins[key][0].owner)
    if (
        expected
        and draft.objects[one.lookup.object].owner != one.object.owner
        and split_namespace(one.name)[0] != expected
    ):
        message = say(
            "the child list %(name)r of somebody else's object must be named %(wanted)s",
            name=one.name,
            wanted=f"{expected}__{one.name}",
        )
        yield draft.problem(key, "wrong_namespace", message, say("Or leave children_name out."), at)
    if earlier:
        other = earlier[0]
        message = say(
            "%(object)s has a child list %(name)r already, from %(lookup)s",
            object=one.lookup.object,
            name=one.name,
            lookup=f"{other.object.name}.{other.lookup.name}",
        )
        yield draft.problem(key, "duplicate_name", message, say("Choose another name."), at)
    if is_field:
        message = say(
            "%(object)s has a field %(name)r, so its child list cannot have that name",
            object=one.lookup.object,
            name=one.name,
        )
        yield draft.problem(key, "duplicate_name", message, say("Choose another name."), at)
