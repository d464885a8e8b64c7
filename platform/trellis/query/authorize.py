"""Query -> authorized Query: every path resolved and allowed, formulas checked, row filters found. Nothing is removed in silence:
what one may not read is refused, in filters and sorts too, where it would leak."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from metamodel.definitions import Sort
from metamodel.model import Model
from rule_engine import CheckedFormula
from rule_engine.checker import ChildReads
from rule_engine.types import ExplainingScope
from trellis.errors import InvalidFilter, InvalidRequest
from trellis.query.filters import check_filter
from trellis.query.needs import look_ups_of
from trellis.query.order import MAX_KEYS
from trellis.query.paths import FieldPath, get_object, resolve_names, resolve_path
from trellis.query.query import Query
from trellis.query.readable import readable_scope
from trellis.query.sealed_filters import check_sealed_reads
from trellis.query.source import RowFilters
from trellis.query.suggestions import Suggestions
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.row_filter import RowFilter

MAX_FIELDS = 300
MAX_EQUALS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizedQuery:
    """What a statement is built from; it holds no value of one request, so that it serves all of the same shape. `fields`: by the
    name they have in the answer; `equals`: paths, and whether the value is blank; `sort`: paths, and whether descending."""

    object: str
    fields: Mapping[str, FieldPath]
    filter: CheckedFormula | None
    equals: tuple[tuple[FieldPath, bool], ...]
    sort: tuple[tuple[FieldPath, bool], ...]
    row_filters: RowFilters


def authorize(model: Model, access: Access, actor: Actor, query: Query) -> AuthorizedQuery:
    """Raises NotFound (the object), AccessDenied, InvalidRequest, InvalidFilter."""
    get_object(model, query.object, Suggestions(model, access, actor))
    require(access, actor, "read", query.object)
    reader = _Reader(model, access, actor)
    return AuthorizedQuery(
        object=query.object,
        fields=reader.fields(query.object, query.fields),
        filter=None if query.filter is None else reader.filter(query.object, query.filter),
        equals=tuple(
            (reader.comparable(query.object, name), value is None) for name, value in _some(query.equals, MAX_EQUALS)
        ),
        sort=reader.sort(query.object, query.sort),
        row_filters=reader.row_filter,
    )


class _Reader:
    def __init__(self, model: Model, access: Access, actor: Actor) -> None:
        self.model = model
        self.access = access
        self.actor = actor
        self.suggestions = Suggestions(model, access, actor)

    def path(self, object_name: str, text: str) -> FieldPath:
        try:
            return self._allowed(resolve_path(self.model, object_name, text, self.suggestions))
        except InvalidRequest:
            self._require_way(object_name, text)
            raise

    def _require_way(self, object_name: str, text: str) -> None:
        """Of a path that leads nowhere: what is said of its end says what is on the way. Raises AccessDenied."""
        names = text.split(".") if isinstance(text, str) else []
        for length in range(1, len(names)):
            with suppress(InvalidRequest):
                self._allowed(resolve_names(self.model, object_name, names[:length]))

    def comparable(self, object_name: str, text: str) -> FieldPath:
        path = self.path(object_name, text)
        if path.field.encrypted:
            require(self.access, self.actor, "reveal", path.objects[-1], path.names[-1])
        if len(path.field.columns) != 1 and not path.field.encrypted:
            raise InvalidRequest(f"{path.key} cannot be compared with a value here.", hint="Use a filter.")
        return path

    def fields(self, object_name: str, names: tuple[str, ...]) -> Mapping[str, FieldPath]:
        if names:
            return {name: self.path(object_name, name) for name in _some(names, MAX_FIELDS)}
        own = get_object(self.model, object_name).fields
        readable = (name for name in own if self.access.decide(self.actor, "read", object_name, name).allowed)
        return {name: resolve_names(self.model, object_name, (name,)) for name in readable}

    def sort(self, object_name: str, sort: Iterable[Sort]) -> tuple[tuple[FieldPath, bool], ...]:
        return tuple((self.path(object_name, one.field), one.descending) for one in _some(tuple(sort), MAX_KEYS))

    def filter(self, object_name: str, text: str) -> CheckedFormula:
        try:
            checked = check_filter(self.model, object_name, text, by_marks=True)
        except InvalidFilter:
            # What is wrong is told once more, of the names that the actor may read.
            check_filter(self.model, object_name, text, by_marks=True, scope=self._scope(object_name))
            raise
        for reference in checked.references:
            self._allowed(resolve_names(self.model, object_name, reference.path))
        for path in check_sealed_reads(self.model, object_name, checked):
            # Who may ask what a value equals may guess until they know it.
            require(self.access, self.actor, "reveal", path.objects[-1], path.names[-1])
        for reads in checked.collections:
            self._allow_rows(object_name, reads)
        for look_up in look_ups_of(checked):
            for name in (look_up.field, look_up.key_field):
                self._allowed(resolve_names(self.model, look_up.object, (name,)))
        return checked

    def _scope(self, object_name: str) -> ExplainingScope:
        return readable_scope(self.model, self.access, self.actor, object_name)

    def _allow_rows(self, object_name: str, reads: ChildReads) -> None:
        """The child, the lookup that makes its rows those of the record, what is read of them, and the way to the record."""
        path = reads.rows.path
        found = self.model.child_list(object_name, path)
        if found is None:
            raise InvalidFilter(f'There is no child list "{".".join(path)}" of {object_name}.')
        if len(path) > 1:
            self._allowed(resolve_names(self.model, object_name, path[:-1]))
        for names in ((found.lookup.name,), *(reference.path for reference in reads.references)):
            self._allowed(resolve_names(self.model, found.object.name, names))

    def row_filter(self, object_name: str) -> RowFilter | None:
        return self.access.row_filter(self.actor, "read", object_name)

    def _allowed(self, path: FieldPath) -> FieldPath:
        for object_name, name in zip(path.objects, path.names, strict=True):
            require(self.access, self.actor, "read", object_name)
            require(self.access, self.actor, "read", object_name, name)
        return path


def _some(items: tuple[Any, ...], limit: int) -> tuple[Any, ...]:
    if len(items) > limit:
        raise InvalidRequest(f"{len(items)} names are too many; at most {limit} are taken here.")
    return items
