"""The kinds of components and where each lies in a folder of source."""

from __future__ import annotations

import re
from dataclasses import dataclass

from metamodel.names import did_you_mean, name_fault
from metamodel.words import word_for
from rule_engine.wording import say

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,99}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\Z")
_FOLDERS = {
    "objects": ("object", 1),
    "extensions": ("extension", 1),
    "picklists": ("picklist", 1),
    "layouts": ("layout", 2),
    "views": ("view", 2),
    "apps": ("app", 1),
    "templates": ("template", 1),
    "settings": ("setting", 1),
    "permissions": ("permission_set", 1),
    "sharing": ("sharing", 1),
    "translations": ("translation", 1),
    "rules": ("rule", 1),
}
_FILES = {
    "package.yaml": "package",
    "organization.yaml": "organization",
    "currencies.yaml": "currencies",
    "labels.yaml": "labels",
    "queues.yaml": "queues",
    "calendars.yaml": "calendars",
    "webhooks.yaml": "webhooks",
    "roles.yaml": "roles",
    "teams.yaml": "teams",
    "permission_groups.yaml": "permission_groups",
}
_LATER = ("approvals", "reports", "dashboards")
_IGNORED_FOLDERS = ("data", "tests", "docs")
_IGNORED_FILES = re.compile(r"(README|LICENSE|LICENCE|CHANGELOG|NOTICE)(\..*)?\Z|\..*")

KINDS = (
    "package",
    "organization",
    "currencies",
    "setting",
    "labels",
    "picklist",
    "object",
    "extension",
    "layout",
    "view",
    "app",
    "queues",
    "calendars",
    "webhooks",
    "roles",
    "teams",
    "permission_set",
    "permission_groups",
    "sharing",
    "template",
    "translation",
    "rule",
)
YAML_KINDS = KINDS[:-1]


@dataclass(frozen=True, slots=True)
class Location:
    """What a path says of the component in it; `name` of a layout or view is "lead.default"."""

    kind: str
    name: str


class PathFault(ValueError):
    """A path where no component can be."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        self.code = code
        self.message = message
        self.hint = hint
        super().__init__(message)


def locate(path: str) -> Location | None:
    """The component that belongs at `path`, None for files that are no components. Raises PathFault."""
    folder, *rest = path.split("/")
    if not rest and path in _FILES:
        return Location(_FILES[path], path.removesuffix(".yaml"))
    if _IGNORED_FILES.match(path.rpartition("/")[2]) or (rest and folder in _IGNORED_FOLDERS):
        return None
    if not all(_SEGMENT.match(segment) for segment in (folder, *rest)):
        raise PathFault(
            "bad_path",
            say("%(path).200r is not a path of a component", path=path),
            say("Use letters, digits, _ and - in names."),
        )
    if folder in _LATER:
        raise PathFault(
            "not_available_yet",
            say("%(folder)s are not available in this version", folder=folder),
            say("Leave the file out."),
        )
    if folder not in _FOLDERS or not rest:
        raise _unknown(path, folder, is_file=not rest)
    return _in_folder(path, folder, rest)


def path_of(kind: str, name: str) -> str:
    """Where the component lies: the inverse of `locate`."""
    if kind in _FILES.values():
        return f"{kind}.yaml"
    folder = next(folder for folder, (known, _) in _FOLDERS.items() if known == kind)
    return f"{folder}/{name.replace('.', '/')}." + ("rule" if kind == "rule" else "yaml")


def _in_folder(path: str, folder: str, rest: list[str]) -> Location:
    kind, depth = _FOLDERS[folder]
    if len(rest) != depth:
        shape = "OBJECT/NAME" if depth == 2 else "NAME"
        raise PathFault(
            "bad_path",
            say("%(path)s is no place for the kind %(kind)s", path=path, kind=word_for(kind)),
            say("Write %(folder)s/%(shape)s.yaml.", folder=folder, shape=shape),
        )
    stem, dot, suffix = rest[-1].rpartition(".")
    wanted = "rule" if kind == "rule" else "yaml"
    if not dot or suffix != wanted:
        raise PathFault(
            "bad_path",
            say("a %(kind)s is a .%(wanted)s file", kind=word_for(kind), wanted=wanted),
            say("Rename it to %(name)s.", name=f"{stem or rest[-1]}.{wanted}"),
        )
    names = (*rest[:-1], stem)
    for name in names:
        fault = None if kind != "translation" else _language_fault(name)
        fault = name_fault(name) if kind != "translation" else fault
        if fault:
            raise PathFault("bad_name", fault)
    return Location(kind, ".".join(names))


def _language_fault(name: str) -> str | None:
    return None if _LANGUAGE.match(name) else say("%(name)r is not a language such as zh-Hans", name=name)


def _unknown(path: str, folder: str, *, is_file: bool) -> PathFault:
    known = _FILES if is_file else _FOLDERS
    hint = did_you_mean(folder, known)
    return PathFault(
        "unknown_component",
        say("%(path)s is no component", path=path)
        if is_file
        else say("there is no folder %(folder)s/ of components", folder=folder),
        hint,
    )
