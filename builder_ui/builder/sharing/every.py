"""All objects with how their records are shared: the way in to the page of each."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from builder_ui.builder.frame import SHARING, render_builder
from builder_ui.builder.model import State
from builder_ui.builder.sharing.defaults import default_words
from builder_ui.builder.workspace import Workspace, load_workspace
from builder_ui.labels import Labels
from builder_ui.objects import ObjectLink
from builder_ui.visit import Visit
from metamodel import path_of
from metamodel.definitions import Object


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedObject:
    """`rules`, `restrictions`: how many, those of the draft counted; `state`: changed when the draft says something of its sharing."""

    link: ObjectLink
    href: str
    default: str
    is_open: bool
    rules: int
    restrictions: int
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class EverySharing:
    objects: tuple[SharedObject, ...]


async def list_sharing(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    labels = Labels(workspace.model, visit.words)
    shown = sorted(workspace.model.objects.values(), key=lambda thing: labels.plural(thing).casefold())
    page = EverySharing(objects=tuple(_row(workspace, labels, thing) for thing in shown if not thing.is_system))
    return await render_builder(visit, "sharing_list.html", page, here=SHARING)


def _row(workspace: Workspace, labels: Labels, thing: Object) -> SharedObject:
    sharing = workspace.model.sharing.get(thing.name)
    live = workspace.live.find_object(thing.name)
    changed = path_of("sharing", thing.name) in workspace.draft or (live is not None and live.sharing != thing.sharing)
    href = f"/builder/objects/{thing.name}/sharing"
    return SharedObject(
        link=ObjectLink(
            name=thing.name,
            label=labels.object(thing),
            plural_label=labels.plural(thing),
            icon=thing.icon,
            hue=thing.hue,
            href=href,
        ),
        href=href,
        default=default_words(labels.words, thing),
        is_open=thing.sharing in ("read", "read_write"),
        rules=len(sharing.rules) if sharing else 0,
        restrictions=len(sharing.restrictions) if sharing else 0,
        state="new" if live is None else "changed" if changed else "live",
    )
