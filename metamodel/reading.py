"""Source text -> components, checked against the schema of their kind."""

from __future__ import annotations

from collections.abc import Mapping

from metamodel.component import Component
from metamodel.kinds import PathFault, locate
from metamodel.problems import MetadataError, MetadataProblem
from metamodel.schema_check import check_body
from metamodel.yaml_reader import MAX_SIZE_BYTES, YamlFault, read_yaml
from rule_engine.wording import say

MAX_FILES = 10_000


def read_component(path: str, source: str | bytes, owner: str = "", *, checked: bool = False) -> Component:
    """One file. `checked`: it went through this before (it is deployed), so its schema is not checked again. Raises MetadataError,
    also for a path that holds no component."""
    components = read_source({path: source}, owner, checked=checked)
    if not components:
        raise MetadataError([_file_problem("unknown_component", path, 0, say("this file is no component"))])
    return components[0]


def read_source(files: Mapping[str, str | bytes], owner: str = "", *, checked: bool = False) -> tuple[Component, ...]:
    """All components of one owner, by path; data, tests and read-me files are passed over. Raises MetadataError with every problem
    of every file."""
    if len(files) > MAX_FILES:
        message = say(
            "there are %(count)s files, at most %(most)s are allowed",
            count=f"{len(files):,}",
            most=f"{MAX_FILES:,}",
        )
        raise MetadataError([_file_problem("too_many_files", "", 0, message)])
    problems: list[MetadataProblem] = []
    components = [_read(path, files[path], owner, checked, problems) for path in sorted(files)]
    if problems:
        raise MetadataError(problems)
    return tuple(component for component in components if component is not None)


def _read(
    path: str, source: str | bytes, owner: str, checked: bool, problems: list[MetadataProblem]
) -> Component | None:
    try:
        location = locate(path)
        if location is None:
            return None
        text = _decoded(source)
        document = None if location.kind == "rule" else read_yaml(text)
    except PathFault as fault:
        problems.append(_file_problem(fault.code, path, 0, fault.message, fault.hint))
        return None
    except YamlFault as fault:
        problems.append(_file_problem(fault.code, path, fault.line, fault.message, fault.hint))
        return None
    component = Component(
        kind=location.kind,
        name=location.name,
        owner=owner,
        path=path,
        source=text,
        body=document.body if document else None,
        positions=document.lines if document else {},
    )
    if document and not checked:
        problems.extend(check_body(component))
    return component


def _decoded(source: str | bytes) -> str:
    """Raises YamlFault for what is too large, not UTF-8 or holds a NUL; rule files are checked here too."""
    try:
        encoded = source.encode("utf-8") if isinstance(source, str) else source
        text = source if isinstance(source, str) else source.decode("utf-8")
    except UnicodeEncodeError as error:
        line = str(error.object).count("\n", 0, error.start) + 1
        raise YamlFault(
            "bad_character", line, say("the text has half of a surrogate pair, which is no character")
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise YamlFault("not_utf8", line, say("the file is not UTF-8"), say("Save it as UTF-8.")) from None
    if len(encoded) > MAX_SIZE_BYTES:
        raise YamlFault(
            "too_large",
            1,
            say(
                "the file has %(count)s bytes, at most %(most)s are allowed",
                count=f"{len(encoded):,}",
                most=f"{MAX_SIZE_BYTES:,}",
            ),
        )
    if "\0" in text:
        raise YamlFault(
            "bad_character", text.count("\n", 0, text.index("\0")) + 1, say("character U+0000 is not allowed")
        )
    return text


def _file_problem(code: str, path: str, line: int, message: str, hint: str | None = None) -> MetadataProblem:
    return MetadataProblem(code=code, file=path, line=line, path="", message=message, hint=hint)
