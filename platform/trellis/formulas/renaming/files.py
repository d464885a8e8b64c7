"""Source files -> those that change when the formulas and rules in them follow the renaming of a field."""

from __future__ import annotations

from collections.abc import Mapping

from metamodel import MetadataError, read_source
from metamodel.component import Component
from metamodel.model import Model
from metamodel.names import NAME, NAME_LENGTH, NAME_RULE
from rule_engine import SourceError
from rule_engine.diagnosis import did_you_mean
from rule_engine.types import Scope
from trellis.errors import InvalidMetadata, InvalidRequest
from trellis.formulas.renaming.components import rename_in_component
from trellis.formulas.renaming.edits import Renaming
from trellis.formulas.renaming.rule_files import rename_in_rules
from trellis.query.paths import get_object


def rename_in_files(
    files: Mapping[str, str], model: Model, object_name: str, field: str, new_name: str
) -> dict[str, str]:
    """The new source of each file that mentions the field in a formula or a rule. `model`: the one in which it has its old name. The
    field itself, layouts and columns are not touched. Raises NotFound (the object), InvalidRequest, InvalidMetadata."""
    target = get_object(model, object_name)
    if field not in target.fields:
        raise InvalidRequest(f"{object_name} has no field {field[:60]!r}.", hint=did_you_mean(field, target.fields))
    if not NAME.match(new_name) or len(new_name) > NAME_LENGTH:
        raise InvalidRequest(f"{new_name[:60]!r} is no API name.", hint=f"A name has {NAME_RULE}.")

    def scope_of(name: str) -> Scope | None:
        return model.scope(name) if name in model.objects else None

    renaming = Renaming(object=object_name, field=field, new_name=new_name, scope_of=scope_of)
    changed = {component.path: _renamed(component, renaming) for component in _read(files)}
    return {path: source for path, source in changed.items() if source != files[path]}


def _renamed(component: Component, renaming: Renaming) -> str:
    if component.kind != "rule":
        return rename_in_component(component, renaming)
    try:
        return rename_in_rules(component.source, renaming)
    except SourceError as error:
        raise InvalidRequest(f"{component.path} cannot be read. {error}") from error


def _read(files: Mapping[str, str]) -> tuple[Component, ...]:
    try:
        return read_source(files, checked=True)
    except MetadataError as error:
        raise InvalidMetadata("These files cannot be read.", error.problems) from error
