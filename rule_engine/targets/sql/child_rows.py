"""Where the rows of a child list are in a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import FromClause

from rule_engine.targets.sql.dialect import Element
from rule_engine.types import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRows:
    """`source`: the rows, not tied to any record; `link`: which of them belong to the record around, a condition over
    both; `columns`: the stored column of each path of the child."""

    source: FromClause
    link: Element
    columns: Callable[[Path], Element]


Children = Callable[[Path], ChildRows]
