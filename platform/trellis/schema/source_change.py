"""Source files that change + the files that are deployed -> the components and the model that come of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from metamodel import Component, MetadataError, MetadataProblem, Model, build_model, read_source
from trellis.automation.template_problems import find_template_problems
from trellis.errors import InvalidMetadata
from trellis.tenancy.revisions import StoredFile, read_components


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceChange:
    """`files`: source text by path, None removes the file; `owner`: the package they belong to, "" for the tenant itself;
    `replace`: files of that owner that are not named go too. Files that are no components (data, tests) are passed over."""

    files: Mapping[str, str | None]
    owner: str = ""
    replace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What would be deployed. `components` in the order of owner and path; `changed`: owner ("" for the tenant itself) and path of every
    file that differs from what is in force."""

    components: tuple[Component, ...]
    model: Model
    changed: tuple[tuple[str, str], ...]

    @property
    def changes_files(self) -> bool:
        return bool(self.changed)


def resolve(stored: Sequence[StoredFile], change: SourceChange) -> Target:
    """Raises InvalidMetadata with every problem found."""
    given = {path: source for path, source in change.files.items() if source is not None}
    try:
        read = read_source(given, change.owner)
        kept = _kept(stored, change, {component.path for component in read})
        components = tuple(
            sorted((*read_components(kept), *read), key=lambda component: (component.owner, component.path))
        )
        model = build_model(components)
    except MetadataError as error:
        raise invalid(error.problems) from error
    problems = find_template_problems(read, model)
    if problems:
        raise invalid(problems)
    return Target(components=components, model=model, changed=find_changed(stored, components))


def find_changed(
    before: Iterable[StoredFile | Component], after: Iterable[StoredFile | Component]
) -> tuple[tuple[str, str], ...]:
    """Owner and path of every file that is in one only, or not the same in both."""
    one, other = ({(file.owner, file.path, file.source) for file in files} for files in (before, after))
    return tuple(sorted({(owner, path) for owner, path, _ in one ^ other}))


def _kept(stored: Sequence[StoredFile], change: SourceChange, read: set[str]) -> tuple[StoredFile, ...]:
    """The deployed files that stay as they are."""
    gone = read | {path for path, source in change.files.items() if source is None}
    return tuple(
        file for file in stored if file.owner != change.owner or (not change.replace and file.path not in gone)
    )


def invalid(problems: Sequence[MetadataProblem]) -> InvalidMetadata:
    first, *others = problems
    message = f"The metadata does not hold together: {first.render()}"
    if others:
        message += f" … and {len(others)} more"
    return InvalidMetadata(message, tuple(problems), hint="Mend them all and try again; nothing was changed.")
