"""Going back to an earlier revision: its files as what would be deployed, with names that changed since changed back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar

from metamodel import Component, MetadataError, MetadataProblem, Model, build_model, read_source
from metamodel.definitions import Object
from metamodel.fields.field import Field
from trellis.automation.template_problems import find_template_problems
from trellis.schema.source_change import Target, find_changed, invalid
from trellis.tenancy.revisions import StoredFile

T = TypeVar("T", Object, Field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """Everything as it was in that revision: the tenant's own files and those of its packages."""

    revision: int


def resolve_rollback(live: Model, stored: Iterable[StoredFile], earlier: Iterable[StoredFile]) -> Target:
    """`live`, `stored`: what is in force; `earlier`: the files of the revision to return to. They must hold together for this version, like
    any others. Raises InvalidMetadata."""
    now, then = frozenset(stored), frozenset(earlier)
    components: list[Component] = []
    problems: list[MetadataProblem] = []
    for owner in sorted({file.owner for file in then}):
        try:
            components += read_source({file.path: file.source for file in then if file.owner == owner}, owner)
        except MetadataError as error:
            problems += error.problems
    if problems:
        raise invalid(problems)
    components.sort(key=lambda component: (component.owner, component.path))
    try:
        model = build_model(components)
    except MetadataError as error:
        raise invalid(error.problems) from error
    problems = find_template_problems(components, model)
    if problems:
        raise invalid(problems)
    changed = find_changed(now, then)
    return Target(components=tuple(components), model=_with_renames_undone(live, model), changed=changed)


def _with_renames_undone(live: Model, target: Model) -> Model:
    """The target saying itself that its names come from those that they were changed into, so that records keep what they hold."""
    objects = _undone(live.objects, target.objects)
    for name, thing in objects.items():
        earlier = (name, *thing.renamed_from)
        before = next((live.objects[known] for known in earlier if known in live.objects), None)
        if before is not None:
            objects[name] = replace(thing, fields=MappingProxyType(_undone(before.fields, thing.fields)))
    return replace(target, objects=MappingProxyType(objects))


def _undone(live: Mapping[str, T], target: Mapping[str, T]) -> dict[str, T]:
    """`target` with `renamed_from` for each name that `live` only has under a later one."""
    later = {old: name for name, definition in live.items() if name not in target for old in definition.renamed_from}
    return {
        name: replace(definition, renamed_from=(later[name],)) if name in later and name not in live else definition
        for name, definition in target.items()
    }
