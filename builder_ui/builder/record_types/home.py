"""Where the tenant's own record types of an object are written: in its object, or in its extension of a package's."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.builder.objects import is_own
from builder_ui.builder.record_types.body import DEFAULT, TYPES
from builder_ui.builder.workspace import Body, Workspace
from metamodel import path_of
from metamodel.definitions import Object
from trellis.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """`kind`: object or extension; `component`: as the draft has it, {} where it is not there yet; `live`: as it is in force;
    `says_default`: whether what new records are is the tenant's to say, and not the package's."""

    kind: str
    component: Body
    live: Body
    says_default: bool

    @property
    def types(self) -> dict[str, Body]:
        found: dict[str, Body] = self.component.get(TYPES, {})
        return found

    @property
    def default(self) -> str | None:
        return self.component.get(DEFAULT)

    def type(self, name: str) -> Body:
        """Raises NotFound."""
        if name not in self.types:
            raise no_type(name)
        return self.types[name]


def home_of(workspace: Workspace, thing: Object) -> Home:
    """Raises NotFound for the platform's own objects."""
    if thing.is_system:
        raise NotFound(f"Records of {thing.name!r} have no record types.")
    kind = "object" if is_own(workspace, thing.name) else "extension"
    path = path_of(kind, thing.name)
    component = workspace.body(path) or {}
    return Home(
        kind=kind,
        component=component,
        live=workspace.live_body(path) or {},
        says_default=kind == "object" or DEFAULT in component or thing.default_record_type is None,
    )


def no_type(name: str) -> NotFound:
    return NotFound(f"There is no record type {name!r} of your own.")
