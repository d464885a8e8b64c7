"""Names into typed nodes: what LET binds, fields of the record or of a child row, the user, other globals.

Values that a scope describes but no formula may simply read (child lists, `$ObjectType` paths) are found here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

from rule_engine import syntax, typed
from rule_engine.checking.fitting import Mode
from rule_engine.checking.report import Report
from rule_engine.checking.uses import Reads, Uses
from rule_engine.functions import FUNCTIONS
from rule_engine.types import NULL, NUMBER, Kind, Path, Reference, Scope, Type
from rule_engine.wording import say

_NAMESPACE = re.compile(r"%%%[A-Z_]+%%%")
_LOCAL_NAME = re.compile(r"[^\W\d_]\w*")


class Names:
    """The names of one formula. `record`: those of the record itself; `rows`: the child list whose rows are being looked at."""

    def __init__(self, scope: Scope, report: Report, uses: Uses, *, mode: Mode, blank_as_zero: bool) -> None:
        self.rows: Reference | None = None
        self.record, self._report, self._uses = scope, report, uses
        self._mode, self._blank_as_zero = mode, blank_as_zero
        self._locals: dict[str, typed.Typed] = {}

    # what surrounds a name

    @contextmanager
    def bound(self) -> Iterator[None]:
        """Around the names that one LET binds."""
        before = dict(self._locals)
        yield
        self._locals = before

    def bind(self, name: str, value: typed.Typed) -> None:
        """From here on the name stands for the value, a Local or a list."""
        self._locals[name] = value

    @contextmanager
    def inside(self, rows: Reference) -> Iterator[None]:
        """Around what is said of each row of a child list: names are those of the child."""
        self.rows = rows
        self._uses.of_rows(rows)
        yield
        self.rows = None

    def new_local(self, node: syntax.Expression) -> str | None:
        """The name that a LET may bind, in lower case; reported when it may not."""
        if not isinstance(node, syntax.Name) or len(node.path) > 1 or not _LOCAL_NAME.fullmatch(node.path[0]):
            hint = say("A name has letters, digits and underscores, and begins with a letter.")
            self._report.add("wrong_name", say("LET needs a name here."), node.start, node.end, hint)
            return None
        name = node.path[0].lower()
        if name in self._locals or self._scope.find(node.path) is not None:
            what = say("a name of a LET around this") if name in self._locals else "a field"
            message = say('"%(name)s" is %(what)s already.', name=node.path[0], what=what)
            self._report.add("duplicate_name", message, node.start, node.end, say("Choose another name."))
            return None
        return name

    def unused(self, stem: str) -> str:
        """A name that nothing bears, for a part of a list."""
        count = 1
        while (name := f"{stem}_{count}") in self._locals or self._scope.find((name,)) is not None:
            count += 1
        return name

    # resolving

    def value(self, node: syntax.Name) -> typed.Typed:
        """What the name stands for; Invalid after a report. A list may come out."""
        path = self._plain(node)
        if path is None:
            return _invalid(node)
        local = self._local(node, path)
        if local is not None:
            return local
        reference = self._scope_of(path).find(path)
        if reference is None:
            if self.rows is not None and self.record.find(path) is not None:
                self._report.name_of_record(node, ".".join(self.rows.path))
            else:
                self._report.unknown_name(node, path, self._scope_of(path), self._locals)
            return _invalid(node)
        if reference.path[0] == "$objecttype":
            self._report.wrong_object_type(node)
            return _invalid(node)
        if len(reference.path) > 1 and reference.path[0].startswith("$"):
            return self._global(node, reference)
        if reference.type.kind is Kind.LIST:
            return typed.ListValue(
                type=reference.type, start=node.start, end=node.end, elements=(), is_of_children=True
            )
        return self._field(node, self._in_display_units(reference), reference.type)

    def child_list(self, node: syntax.Expression) -> Reference | None:
        """The child list of the record that the name stands for, None when it is no such name. Silent."""
        if not isinstance(node, syntax.Name) or node.path[0].lower() in self._locals:
            return None
        reference = self.record.find(node.path)
        return reference if reference is not None and reference.type.kind is Kind.LIST else None

    def object_field(self, node: syntax.Expression) -> Reference | None:
        """The field that `$ObjectType.OBJECT.Fields.FIELD` stands for; reported when it is none."""
        path = self._plain(node) if isinstance(node, syntax.Name) else ()
        if path is None:
            return None
        lowered = tuple(part.lower() for part in path)
        if len(lowered) != 4 or lowered[0] != "$objecttype" or lowered[2] != "fields":
            hint = say("Write $ObjectType.OBJECT.Fields.FIELD.")
            self._report.add(
                "wrong_type", say("VLOOKUP needs a field of another object here."), node.start, node.end, hint
            )
            return None
        reference = self.record.find(path)
        if reference is None and isinstance(node, syntax.Name):
            self._report.unknown_name(node, path, self.record, ())
        return None if reference is None else self._in_display_units(reference)

    def lists(self) -> Sequence[str]:
        """The names of the child lists, for hints."""
        found = ((name, self.record.find((name,))) for name in self.record.names(()))
        return [name for name, reference in found if reference is not None and reference.type.kind is Kind.LIST]

    @property
    def _scope(self) -> Scope:
        return self.record if self.rows is None or self.rows.members is None else self.rows.members

    def _scope_of(self, path: Path) -> Scope:
        """Globals are those of the record, wherever they stand."""
        return self.record if path[0].startswith("$") else self._scope

    def _plain(self, node: syntax.Name) -> Path | None:
        """The path without the marks of templates, which only Salesforce's files have."""
        path = tuple(_NAMESPACE.sub("", part) for part in node.path)
        if self._mode == "salesforce" or (path == node.path and not node.is_merged):
            return path
        self._report.template_name(node, path)
        return None

    def _local(self, node: syntax.Name, path: Path) -> typed.Typed | None:
        value = self._locals.get(path[0].lower())
        if value is None:
            return None
        if len(path) > 1:
            message = say('"%(name)s" is a name of a LET, it has no fields.', name=node.path[0])
            self._report.add("not_a_reference", message, node.start, node.end, say("Bind the field itself to a name."))
            return _invalid(node)
        if self.rows is not None and self._scope.find(path) is not None:
            message = say(
                '"%(name)s" is a name of a LET and a field of "%(names)s".',
                name=node.path[0],
                names=".".join(self.rows.path),
            )
            self._report.add("duplicate_name", message, node.start, node.end, say("Give the LET another name."))
            return _invalid(node)
        return replace(value, start=node.start, end=node.end)

    def _in_display_units(self, reference: Reference) -> Reference:
        """Only Salesforce reads 24 % as 0.24."""
        if self._mode == "trellis" and reference.type.percent:
            return replace(reference, type=replace(reference.type, percent=False))
        return reference

    def _field(self, node: syntax.Name, reference: Reference, shown: Type) -> typed.Typed:
        """`shown`: a percent in both modes; the reference's own type tells whether it reads as a fraction."""
        reads: Reads = self._uses.references if self.rows is None else self._uses.of_rows(self.rows)
        reads[reference.path] = reference
        zero = self._blank_as_zero and reference.type.kind is Kind.NUMBER
        return typed.Read(type=shown, start=node.start, end=node.end, reference=reference, blank_is_zero=zero)

    def _global(self, node: syntax.Name, reference: Reference) -> typed.Typed:
        name = ".".join(reference.path)[1:]
        if reference.path[0] == "$user":
            self._uses.user_fields[name.removeprefix("user.")] = None
        else:
            self._uses.globals[name] = None
        type_ = self._in_display_units(reference).type
        value: typed.Typed = typed.ContextRead(type=type_, start=node.start, end=node.end, name=name)
        if type_.percent:
            value = as_fraction(replace(value, type=replace(type_, percent=False)))
        if self._blank_as_zero and type_.kind is Kind.NUMBER:
            zero = typed.Constant(type=NUMBER, start=node.start, end=node.end, value=Decimal(0))
            value = typed.Fallback(type=NUMBER, start=node.start, end=node.end, operand=value, fallback=zero)
        return value


def as_fraction(displayed: typed.Typed) -> typed.Typed:
    """24, in display units, as 0.24."""
    hundredth = typed.Constant(type=NUMBER, start=displayed.start, end=displayed.end, value=Decimal("0.01"))
    (form,) = FUNCTIONS["operator *"].forms
    return typed.Apply(
        type=Type(kind=Kind.NUMBER),
        start=displayed.start,
        end=displayed.end,
        form=form,
        arguments=(displayed, hundredth),
    )


def _invalid(node: syntax.Expression) -> typed.Typed:
    return typed.Invalid(type=NULL, start=node.start, end=node.end)
