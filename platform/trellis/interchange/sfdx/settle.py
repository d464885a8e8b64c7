"""Takes out of converted components what the metamodel refuses, and reports it, until the model holds together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metamodel import Component, MetadataError, MetadataProblem, build_model, read_source, to_yaml
from trellis.interchange.sfdx.errors import InvalidSfdxSource
from trellis.interchange.sfdx.report import Report

MAX_ROUNDS = 20

Origins = dict[tuple[str, str], tuple[str, str]]


def settle(bodies: dict[str, dict[str, Any]], origins: Origins, deployed: Sequence[Component], report: Report) -> None:
    """Changes `bodies` in place. `origins`: (path, part) -> kind and name in the source, where the part is "" for a whole component or
    such as "fields.price". Raises InvalidSfdxSource with the first problem that is in none of them."""
    for _ in range(MAX_ROUNDS):
        problems = _problems(bodies, deployed)
        if not problems:
            return
        # From the end of a list to its beginning, so that places still hold.
        last_first = sorted(problems, key=lambda problem: _place(problem.path), reverse=True)
        taken = [problem for problem in last_first if _take_out(bodies, origins, problem, report)]
        if not taken:
            first = problems[0]
            raise InvalidSfdxSource(
                f"the converted metadata does not hold together: {first.file}: {first.message}", hint=first.hint
            )
    raise InvalidSfdxSource("the converted metadata does not hold together, even after taking out what was refused")


def _problems(bodies: dict[str, dict[str, Any]], deployed: Sequence[Component]) -> tuple[MetadataProblem, ...]:
    replaced = set(bodies)
    kept = [component for component in deployed if component.owner or component.path not in replaced]
    try:
        build_model([*kept, *read_source({path: to_yaml(body) for path, body in bodies.items()})])
    except MetadataError as error:
        return tuple(error.problems)
    return ()


def _take_out(bodies: dict[str, dict[str, Any]], origins: Origins, problem: MetadataProblem, report: Report) -> bool:
    """Whether the part that a problem is about was found and removed."""
    body = bodies.get(problem.file)
    if body is None:
        return False
    parts = _parts(problem.path)
    reason = problem.message if not problem.hint else f"{problem.message} {problem.hint}"
    top, name = (*parts, "", "")[:2]
    whole = origins.get((problem.file, ""))
    if top == "fields" and parts[2:] == ["children_name"] and "children_name" in body[top].get(name, {}):
        del body[top][name]["children_name"]
        report.approximated(*origins.get((problem.file, f"{top}.{name}"), ("field", f"{problem.file}: {name}")), reason)
        return True
    if top == "record_types" and parts[2:3] == ["picklists"] and parts[3:4]:
        _take_picklist(body, name, parts[3])
        report.approximated(
            *origins.get((problem.file, f"{top}.{name}"), ("record type", f"{problem.file}: {name}")), reason
        )
        return True
    if top in ("fields", "validations") and name in body.get(top, {}) and name != body.get("name_field"):
        del body[top][name]
        fallback = ("field" if top == "fields" else "validation rule", f"{problem.file}: {name}")
        report.not_mapped(*origins.get((problem.file, f"{top}.{name}"), fallback), reason)
        return True
    if top == "sharing" and top in body:
        del body[top]
        report.approximated(*origins.get((problem.file, top), ("object", problem.file)), reason)
        return True
    if (problem.file, "") not in origins and _take_component(bodies, origins, problem, parts, report, reason):
        return True
    if whole is not None and top == "objects" and name in body.get(top, {}):
        _take_permission(body[top], parts)
        report.approximated(*whole, reason)
        return True
    if whole is not None and len(parts) > 1 and _take_item(body, parts):
        report.approximated(*whole, reason)
        return True
    if whole is not None:
        report.not_mapped(*whole, reason)
        del bodies[problem.file]
        return True
    return False


def _take_component(
    bodies: dict[str, dict[str, Any]],
    origins: Origins,
    problem: MetadataProblem,
    parts: list[str],
    report: Report,
    reason: str,
) -> bool:
    """Of a file that holds several: the one that the problem is about, or all of them where it is about the file."""
    own = [part for path, part in origins if path == problem.file]
    if not parts:
        taken = own
        del bodies[problem.file]
    else:
        taken = [part for part in own if part.split(".") == parts[: part.count(".") + 1]]
        for part in taken:
            *holders, last = part.split(".")
            holder: Any = bodies[problem.file]
            for key in holders:
                holder = holder[key]
            holder.pop(last, None)
        if not any(bodies[problem.file].values()):
            del bodies[problem.file]
    for part in taken:
        report.not_mapped(*origins.pop((problem.file, part)), reason)
    return bool(taken)


def _take_permission(objects: dict[str, Any], parts: list[str]) -> None:
    """Of objects.NAME.fields.FIELD the field; without any field left the object, since to name none would be to grant all."""
    fields = objects[parts[1]].get("fields", {})
    if parts[2:3] == ["fields"] and len(parts) > 3:
        fields.pop(parts[3], None)
    if parts[2:3] != ["fields"] or not fields:
        del objects[parts[1]]


def _take_picklist(body: dict[str, Any], name: str, picklist: str) -> None:
    """Of a record type, which then offers all values."""
    picklists = body["record_types"][name].get("picklists", {})
    picklists.pop(picklist, None)
    if not picklists:
        body["record_types"][name].pop("picklists", None)


def _parts(path: str) -> list[str]:
    """sections[0].fields[3] -> sections, 0, fields, 3."""
    return [part for part in path.replace("[", ".").replace("]", "").split(".") if part]


def _place(path: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in _parts(path))


def _take_item(body: dict[str, Any], parts: list[str]) -> bool:
    """Removes the list item that a path such as sections.0.fields.3 ends in."""
    holder: Any = body
    for part in parts[:-1]:
        if isinstance(holder, list) and part.isdigit() and int(part) < len(holder):
            holder = holder[int(part)]
        elif isinstance(holder, dict):
            holder = holder.get(part)
    last = parts[-1]
    if isinstance(holder, list) and last.isdigit() and int(last) < len(holder):
        del holder[int(last)]
        return True
    return False
