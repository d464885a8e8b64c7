"""Whether every formula means something, gives what it must, and does not lead back to itself."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import TopologicalSorter

from metamodel.component import Component, dotted, line_of
from metamodel.cycles import find_cycles
from metamodel.draft import Draft, Key
from metamodel.fields.computed import FormulaField
from metamodel.formulas import (
    Formulas,
    FormulaUse,
    use_in_access,
    use_of_condition,
    use_of_default,
    use_of_filter,
    use_of_formula_field,
    use_of_validation,
)
from metamodel.paths import find_path
from metamodel.problems import MetadataProblem
from metamodel.yaml_reader import Path
from rule_engine import Diagnostic, SourceError
from rule_engine.wording import say, without_full_stop

MAX_CHAIN = 10
_Node = tuple[str, str]


def check_formulas(draft: Draft, formulas: Formulas) -> Iterator[MetadataProblem]:
    """Reports what is wrong with each formula; the cycles only among those that are right."""
    for key, at, use in _uses(draft):
        try:
            formulas.check(use)
        except SourceError as error:
            component, path = draft.origins[key]
            for diagnostic in error.diagnostics:
                yield _problem(component, (*path, *at), diagnostic)
    yield from _check_chains(draft, formulas)


def _uses(draft: Draft) -> Iterator[tuple[Key, Path, FormulaUse]]:
    for target in draft.objects.values():
        for field in target.fields.values():
            key = ("field", target.name, field.name)
            if isinstance(field, FormulaField):
                yield key, ("formula",), use_of_formula_field(target.name, field)
            if field.default_formula is not None:
                yield key, ("default_formula",), use_of_default(target.name, field)
        for validation in target.validations:
            at: Path = ("validations", validation.name, "formula")
            yield ("object", target.name), at, use_of_validation(target.name, validation)
        for kept in target.retention:
            if kept.when is not None:
                at = ("retention", kept.name, "when")
                yield ("object", target.name), at, use_of_condition(target.name, kept.when)
    for view in draft.views.values():
        if view.filter is not None and view.object in draft.objects:
            yield ("view", f"{view.object}.{view.name}"), ("filter",), use_of_filter(view)
    for sharing in draft.sharing.values():
        if sharing.object in draft.objects:
            for rule in sharing.rules.values():
                if rule.when is not None:
                    key = ("sharing_rule", sharing.object, rule.name)
                    yield key, ("when",), use_in_access(sharing.object, rule.when, knows_user=False)
            for one in sharing.restrictions.values():
                key = ("restriction_rule", sharing.object, one.name)
                yield key, ("when",), use_in_access(sharing.object, one.when)


def _problem(component: Component, path: Path, diagnostic: Diagnostic) -> MetadataProblem:
    message = without_full_stop(diagnostic.message)
    told = say("%(message)s (column %(column)s of the formula)", message=message, column=diagnostic.column)
    if diagnostic.line > 1:
        told = say(
            "%(message)s (line %(line)s, column %(column)s of the formula)",
            message=message,
            line=diagnostic.line,
            column=diagnostic.column,
        )
    return MetadataProblem(
        code=diagnostic.code,
        file=component.path,
        line=_line_in_file(component, path, diagnostic),
        path=dotted(path),
        message=told,
        hint=diagnostic.hint,
    )


def _line_in_file(component: Component, path: Path, diagnostic: Diagnostic) -> int:
    """The very line when the formula is a literal block (after a `|`), else the line where it begins."""
    line = line_of(component.positions, path)
    lines = component.source.splitlines()
    head = lines[line - 1].rstrip() if line <= len(lines) else ""
    return line + diagnostic.line if head.endswith(("|", "|-", "|+")) else line


def _check_chains(draft: Draft, formulas: Formulas) -> Iterator[MetadataProblem]:
    """Formula fields that read one another in a circle, or too many in a row."""
    reads = {
        (target.name, field.name): _formulas_read(draft, formulas, target.name, field)
        for target in draft.objects.values()
        for field in target.fields.values()
        if isinstance(field, FormulaField)
    }
    cycles = list(find_cycles(reads))
    for cycle in cycles:
        message = say(
            "formulas read one another in a circle: %(circle)s",
            circle=" -> ".join(".".join(node) for node in (*cycle, cycle[0])),
        )
        yield draft.problem(("field", *cycle[0]), "formula_cycle", message, say("Break the circle."), ("formula",))
    if cycles:
        return
    depths: dict[_Node, int] = {}
    for node in TopologicalSorter(reads).static_order():
        depths[node] = 1 + max((depths[read] for read in reads[node]), default=0)
        if depths[node] == MAX_CHAIN + 1:
            message = say("more than %(most)s formulas read one another in a row", most=MAX_CHAIN)
            yield draft.problem(("field", *node), "too_deep", message, say("Put some of them together."), ("formula",))


def _formulas_read(draft: Draft, formulas: Formulas, object_name: str, field: FormulaField) -> tuple[_Node, ...]:
    try:
        checked = formulas.check(use_of_formula_field(object_name, field))
    except SourceError:
        return ()
    found = [find_path(draft.objects, object_name, reference.path) for reference in checked.references]
    for reads in checked.collections:
        child = reads.rows.type.target or ""
        found += [find_path(draft.objects, child, reference.path) for reference in reads.references]
    ends = [steps[-1] for steps in found if steps]
    return tuple((end.object.name, end.field.name) for end in ends if isinstance(end.field, FormulaField))
