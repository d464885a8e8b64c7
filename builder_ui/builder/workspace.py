"""What one builds on: the metadata in force, the draft over it, and the model that both make together."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from builder_ui.builder.draft_store import Draft, load_draft, save_draft, take_out
from builder_ui.visit import Visit
from metamodel import MetadataProblem, Model, path_of, read_component, to_yaml
from metamodel.problems import MetadataError
from trellis.errors import InvalidMetadata
from trellis.schema.source_change import SourceChange, resolve
from trellis.tenancy.revisions import StoredFile

Body = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """`own`: the tenant's deployed files by path; `model`: with the draft, or the one in force when the draft does not hold
    together, which `problems` then say why."""

    revision: int
    stored: tuple[StoredFile, ...]
    draft: Draft
    live: Model
    model: Model
    problems: tuple[MetadataProblem, ...] = ()

    @property
    def own(self) -> dict[str, str]:
        return {file.path: file.source for file in self.stored if not file.owner}

    def source(self, path: str) -> str | None:
        """The file as the draft has it; None when it is not there."""
        return self.draft[path] if path in self.draft else self.own.get(path)

    def body(self, path: str) -> Body | None:
        return _body_of(path, self.source(path))

    def live_body(self, path: str) -> Body | None:
        return _body_of(path, self.own.get(path))


async def load_workspace(visit: Visit) -> Workspace:
    stored = await visit.tenant.files(visit.compiled.revision)
    workspace = Workspace(
        revision=visit.compiled.revision,
        stored=stored,
        draft=await load_draft(visit.tenant),
        live=visit.model,
        model=visit.model,
    )
    return with_draft(workspace, workspace.draft) if workspace.draft else workspace


def with_draft(workspace: Workspace, draft: Draft) -> Workspace:
    """The workspace as it would be with another draft."""
    try:
        target = resolve(workspace.stored, SourceChange(files=draft))
    except InvalidMetadata as error:
        problems = tuple(one for one in error.problems if isinstance(one, MetadataProblem))
        return replace(workspace, draft=draft, model=workspace.live, problems=problems)
    return replace(workspace, draft=draft, model=target.model, problems=())


Components = Mapping[tuple[str, str], Body | None]


async def write_bodies(visit: Visit, workspace: Workspace, components: Components) -> tuple[MetadataProblem, ...]:
    """Puts components, by kind and name, into the draft, or with None their removal. Problems that the edit would bring are given
    back instead, and nothing is written; problems that the draft has already don't stand in the way of mending them one by one."""
    draft = dict(workspace.draft)
    for (kind, name), body in components.items():
        path = path_of(kind, name)
        if body == workspace.live_body(path) or (body is None and path not in workspace.own):
            draft.pop(path, None)
        else:
            draft[path] = None if body is None else to_yaml(body, kind)
    return await _write_draft(visit, workspace, draft)


async def write_source(
    visit: Visit, workspace: Workspace, path: str, source: str | None
) -> tuple[MetadataProblem, ...]:
    """As write_bodies, for a file that is text, such as rules."""
    draft = dict(workspace.draft)
    if source == workspace.own.get(path):
        draft.pop(path, None)
    else:
        draft[path] = source
    return await _write_draft(visit, workspace, draft)


async def _write_draft(visit: Visit, workspace: Workspace, draft: Draft) -> tuple[MetadataProblem, ...]:
    after = with_draft(workspace, draft)
    known = {(problem.file, problem.code, problem.path) for problem in workspace.problems}
    new = tuple(one for one in after.problems if (one.file, one.code, one.path) not in known)
    if not new:
        await take_out(visit.tenant, tuple(path for path in workspace.draft if path not in draft))
        changed = {path: source for path, source in draft.items() if workspace.draft.get(path, "") != source}
        await save_draft(visit.tenant, changed, user_id=visit.actor.user_id, now=visit.now)
    return new


async def write_body(
    visit: Visit, workspace: Workspace, kind: str, name: str, body: Body | None
) -> tuple[MetadataProblem, ...]:
    return await write_bodies(visit, workspace, {(kind, name): body})


def _body_of(path: str, source: str | None) -> Body | None:
    if source is None:
        return None
    try:
        body: Mapping[str, Any] | None = read_component(path, source).body
    except MetadataError:
        return None
    return copy.deepcopy(dict(body)) if body is not None else None
