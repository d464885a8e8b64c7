"""The list page: one statement for the rows, the words for what is shown, and the states when there is nothing."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from builder_ui.columns import ShownColumn, fetch_paths, resolve_columns, width_of
from builder_ui.display import is_number
from builder_ui.findings import source_error_text
from builder_ui.lists.address import ListAddress, read_address
from builder_ui.lists.filters import build_filter_bar
from builder_ui.lists.formulas import split_filter, without
from builder_ui.lists.model import Drop, Empty, Head, ListPage, Tab
from builder_ui.lists.rows import build_row
from builder_ui.objects import find_readable, object_link
from builder_ui.shell import render_page
from builder_ui.translation import Words
from builder_ui.visit import Visit
from builder_ui.waiting import queue_asked_for
from metamodel.definitions import Sort
from rule_engine import SourceError
from trellis.errors import InvalidFilter, InvalidRequest
from trellis.query.fetch import RowPage
from trellis.query.query import Query

PAGE_SIZE = 50
MOST_DROPS = 5
NOTHING = RowPage(rows=[], next_cursor=None, total=0)


async def list_page(visit: Visit) -> Response:
    thing = find_readable(visit, visit.part("object"))
    address = read_address(visit, thing)
    columns = resolve_columns(visit.labels, thing, address.view.columns)
    error = None
    try:
        found = await _fetch(visit, address, columns)
    except (InvalidFilter, InvalidRequest) as refused:
        error, found = _reason(visit.words, refused), NOTHING
    page = await _build(visit, address, columns, found, error)
    if visit.is_partial and address.cursor:
        return visit.renderer.page("list_rows.html", visit.words.language, {"page": page})
    status = 400 if error else 200
    return await render_page(visit, "list.html", page, here=thing.name, object_name=thing.name, status=status)


async def _fetch(visit: Visit, address: ListAddress, columns: Sequence[ShownColumn]) -> RowPage:
    """The total is asked for once, on the first page."""
    thing = address.object
    query = Query(
        object=thing.name,
        fields=fetch_paths(columns, "id", thing.name_field),
        filter=address.filter_text.strip() or None,
        sort=address.sorts,
        limit=PAGE_SIZE,
        cursor=address.cursor,
        count=address.cursor is None,
    )
    return await visit.queries.row_page(visit.actor, query)


async def _build(
    visit: Visit, address: ListAddress, columns: Sequence[ShownColumn], found: RowPage, error: str | None
) -> ListPage:
    thing = address.object
    link = object_link(visit, thing)
    shown = address.begin + len(found.rows)
    widths = [width_of(thing, column) for column in columns]
    more = address.next_page(found.next_cursor, shown).href if found.next_cursor else None
    return ListPage(
        title=link.plural_label,
        object=link,
        new_href=link.new_href,
        new_label=link.new_label,
        take_action=_take_action(visit, address),
        here=visit.here,
        tabs=tuple(
            Tab(
                label=visit.labels.view(view),
                href=f"/app/{thing.name}?view={view.name}",
                is_here=view.name == address.view.name,
                count=_total_text(visit, found) if view.name == address.view.name and not error else "",
            )
            for view in visit.model.views_for(thing.name)
        ),
        filters=build_filter_bar(visit, address, error),
        columns=_heads(address, columns, widths),
        table_width=min(24, round(sum(width or 7 for width in widths) / 4)),
        rows=tuple(build_row(visit, thing, columns, row) for row in found.rows),
        more_href=more,
        shown_text=_shown_text(visit, found, shown),
        empty=await _empty(visit, address, error) if not found.rows and not address.cursor else None,
    )


def _take_action(visit: Visit, address: ListAddress) -> str | None:
    """Where the next record of the queue is taken whose records the list shows."""
    queue = queue_asked_for(visit, split_filter(address.filter_text)) if address.object.has_owner else None
    return None if queue is None else f"/app/queues/{queue}/take"


def _heads(address: ListAddress, columns: Sequence[ShownColumn], widths: Sequence[int | None]) -> tuple[Head, ...]:
    """At least one column takes what is left."""
    flexible = None in widths
    first = address.sorts[0] if address.sorts else None
    heads = []
    for column, width in zip(columns, widths, strict=True):
        is_sorted = first is not None and first.field in (column.path, column.sort_path)
        descending = is_sorted and first is not None and not first.descending
        heads.append(
            Head(
                label=column.label,
                is_number=is_number(column.field),
                width=width if flexible or column.path != address.object.name_field else None,
                sorted=("descending" if first and first.descending else "ascending") if is_sorted else None,
                sort_href=None
                if column.field.encrypted
                else address.sorted_by(Sort(field=column.sort_path, descending=descending)).href,
            )
        )
    return tuple(heads)


async def _empty(visit: Visit, address: ListAddress, error: str | None) -> Empty:
    words, thing = visit.words, address.object
    plural = visit.labels.plural(thing).lower()
    clear = address.filtered("").href
    if error:
        return Empty(
            kind="bad_filter",
            title=words.say("This filter cannot be read"),
            text=words.say("Mend it under “Edit as text”, where the reason stands, or clear it."),
            clear_href=clear,
        )
    parts = split_filter(address.filter_text)
    if parts:
        counts = {
            1: words.say("No %(plural)s match this filter", plural=plural),
            2: words.say("No %(plural)s match both filters", plural=plural),
        }
        title = counts.get(len(parts)) or words.say("No %(plural)s match all the filters", plural=plural)
        return Empty(kind="no_match", title=title, clear_href=clear, drops=await _drops(visit, address, parts))
    return Empty(
        kind="first",
        title=words.say("Your first %(label)s starts here", label=visit.labels.object(thing).lower()),
        text=visit.labels.description(thing),
    )


async def _drops(visit: Visit, address: ListAddress, parts: Sequence[str]) -> tuple[Drop, ...]:
    """How many records each condition keeps away, so that one knows which to drop."""
    drops = []
    for index, part in enumerate(parts[:MOST_DROPS]):
        rest = without(parts, index)
        count, is_exact = await visit.queries.count(visit.actor, Query(object=address.object.name, filter=rest or None))
        text = visit.words.count("%(number)s match", "%(number)s match", count, number=_number(visit, count, is_exact))
        if not count:
            text = visit.words.say("none")
        drops.append(Drop(text=part, count_text=text, href=address.filtered(rest).href if count else None))
    return tuple(drops)


def _number(visit: Visit, count: int, is_exact: bool) -> str:
    return visit.formats.number(count) + ("" if is_exact else "+")


def _total_text(visit: Visit, found: RowPage) -> str:
    return "" if not found.total else _number(visit, found.total, found.total_is_exact)


def _shown_text(visit: Visit, found: RowPage, shown: int) -> str:
    words, number = visit.words, visit.formats.number
    if found.total is None:
        return words.say("%(shown)s shown", shown=number(shown))
    if not found.total_is_exact:
        return words.say("%(shown)s shown of more than %(total)s", shown=number(shown), total=number(found.total))
    return words.say("%(shown)s of %(total)s shown", shown=number(shown), total=number(found.total))


def _reason(words: Words, error: InvalidRequest) -> str:
    """What the parser found, with carets, when it was the parser."""
    cause = error.__cause__
    if isinstance(cause, SourceError):
        return source_error_text(words, cause)
    return " ".join(words.tell(part) for part in (error.message, error.hint) if part)
