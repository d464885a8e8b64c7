"""A list's address, read and written: which view, which filter instead of the view's, which sort, and where the page begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from builder_ui.posted import whole_number
from builder_ui.visit import Visit
from metamodel.definitions import ListView, Object, Sort


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAddress:
    """`filter` and `sort` None: the view's own. `begin`: how many records the pages before showed."""

    object: Object
    view: ListView
    filter: str | None = None
    sort: tuple[Sort, ...] | None = None
    cursor: str | None = None
    begin: int = 0

    @property
    def filter_text(self) -> str:
        return (self.view.filter or "") if self.filter is None else self.filter

    @property
    def sorts(self) -> tuple[Sort, ...]:
        return self.view.sort if self.sort is None else self.sort

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        given = [("view", self.view.name)]
        if self.filter is not None:
            given.append(("filter", self.filter))
        if self.sort is not None:
            given.append(("sort", ",".join(("-" if one.descending else "") + one.field for one in self.sort)))
        return tuple(given)

    @property
    def href(self) -> str:
        paging = [("cursor", self.cursor), ("begin", str(self.begin))] if self.cursor else []
        return f"/app/{self.object.name}?" + urlencode([*self.parameters, *paging])

    def filtered(self, text: str) -> ListAddress:
        return replace(self, filter=text, cursor=None, begin=0)

    def sorted_by(self, *sorts: Sort) -> ListAddress:
        return replace(self, sort=sorts, cursor=None, begin=0)

    def next_page(self, cursor: str, begin: int) -> ListAddress:
        return replace(self, cursor=cursor, begin=begin)


def read_address(visit: Visit, thing: Object) -> ListAddress:
    """A view that is not there is the first one."""
    views = visit.model.views_for(thing.name)
    view = next((view for view in views if view.name == visit.asked("view")), views[0])
    given = visit.request.query_params
    sort = None
    if "sort" in given:
        sort = tuple(
            Sort(field=part.removeprefix("-"), descending=part.startswith("-"))
            for part in given["sort"].split(",")
            if part.removeprefix("-")
        )
    return ListAddress(
        object=thing,
        view=view,
        filter=given.get("filter"),
        sort=sort,
        cursor=given.get("cursor") or None,
        begin=whole_number(given.get("begin", "")) or 0,
    )
