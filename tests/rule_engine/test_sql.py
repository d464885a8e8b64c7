"""SQL: what an index can serve stays plain; what a database cannot say is refused."""

from __future__ import annotations

import contextlib
import re
import time

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from rule_engine import UnsupportedOnTarget, check_formula, compile_sql
from rule_engine.targets.sql import DialectName
from tests.rule_engine.databases import COLUMNS, SqliteDatabase, _column
from tests.rule_engine.sample import SCOPE

POSTGRESQL: sa.Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped

PLAIN = [
    ('city = "Bonn"', "city = %(v)s"),
    ('city in ("Bonn", "Ulm") && active', "city IN (%(v)s, %(v)s) AND active"),
    ("amount > 100", "amount > %(v)s::NUMERIC"),
    ("due < TODAY()", "due < %(v)s::DATE"),
    ("owner = $User.id", "owner = %(v)s::UUID"),
    ("ISBLANK(amount)", "amount IS NULL"),
    ('ISPICKVAL(status, "New")', "status = %(v)s"),
    ('city <> "Bonn"', "city IS DISTINCT FROM %(v)s"),
    ("amount between 1 and 2", "amount >= %(v)s::NUMERIC AND amount <= %(v)s::NUMERIC"),
]


@pytest.mark.parametrize(("source", "sql"), PLAIN)
def test_filters_stay_plain(source: str, sql: str) -> None:
    rendered = str(compile_sql(check_formula(source, SCOPE), _column, "postgresql").compile(dialect=POSTGRESQL))
    simple = re.sub(r"%\(\w+\)s", "%(v)s", rendered).replace("::VARCHAR", "")
    assert simple.replace("::NUMERIC", "").replace("::DATE", "").replace("::UUID", "") == (
        sql.replace("::NUMERIC", "").replace("::DATE", "").replace("::UUID", "")
    )


INDEXED = [
    ('city = "Bonn" && status <> "New"', "city"),
    ("amount > 100.005", "amount"),
    ("amount = 5 && LEN(name) > 2", "amount"),
    ("due >= TODAY() && due < TODAY() + 7", "due"),
    ('city in ("Bonn", "Ulm")', "city"),
]


@pytest.mark.parametrize(("source", "column"), INDEXED)
def test_an_index_serves_the_filter_on_sqlite(source: str, column: str) -> None:
    database = SqliteDatabase()
    database.connection.execute(f"CREATE INDEX sample_{column} ON sample ({COLUMNS[column]})")
    sql, parameters = database.compiled(check_formula(source, SCOPE), is_filter=True)
    plan = database.connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
    assert f"USING INDEX sample_{column}" in str(plan)
    database.close()


@pytest.mark.parametrize("dialect_name", ["sqlite", "postgresql"])
@pytest.mark.parametrize("source", ["ISCHANGED(name)", "ISNEW()", "PRIORVALUE(amount)", "ISBLANK(place)"])
def test_what_a_row_does_not_know_is_not_available(source: str, dialect_name: DialectName) -> None:
    with pytest.raises(UnsupportedOnTarget, match=f"not available on {dialect_name}"):
        compile_sql(check_formula(source, SCOPE), _column, dialect_name)


def test_long_lists_compile(sqlite_database: SqliteDatabase) -> None:
    from tests.rule_engine.sample import record_of

    checked = check_formula(" & ".join(["name"] * 300), SCOPE)
    assert sqlite_database.evaluate(checked, record_of({"name": "x"})) == "x" * 300
    joined = check_formula(" || ".join(f"count = {number}" for number in range(400)), SCOPE)
    assert sqlite_database.evaluate(joined, record_of({"count": 399})) is True


GROWING = {
    "a text substituted again and again": ("LEN(" + "SUBSTITUTE(" * 40 + "name" + ', "a", "b")' * 40 + ") > 5"),
    "one text padded with another": "LEN(" + "LPAD(name, 10, " * 40 + "name" + ")" * 40 + ") > 5",
    "one failure caught within another": "IFERROR(" * 60 + "amount / count" + ", 1 / count)" * 60 + " > 5",
    "names that double": "LET(v0, name, " + "".join(f"v{n}, v{n - 1} & v{n - 1}, " for n in range(1, 60)) + "v59)",
    "names that double and fail": "LET(v0, amount, "
    + "".join(f"v{n}, v{n - 1} / v{n - 1}, " for n in range(1, 60))
    + "v59)",
    "names one within another": "LET(v0, amount, " + "".join(f"v{n}, v{n - 1} + 1, " for n in range(1, 400)) + "v399)",
    "one choice within another": 'IF(city = "Bonn", 1 / count, ' * 60 + "0" + ")" * 60 + " > 5",
}


@pytest.mark.parametrize("dialect_name", ["sqlite", "postgresql"])
@pytest.mark.parametrize("source", GROWING.values(), ids=GROWING)
def test_a_formula_whose_sql_would_grow_without_end_is_refused_at_once(source: str, dialect_name: DialectName) -> None:
    """Each part may stand several times in the SQL of the part around it."""
    checked = check_formula(source, SCOPE)
    started = time.process_time()
    with contextlib.suppress(UnsupportedOnTarget):
        assert len(str(compile_sql(checked, _column, dialect_name).compile(dialect=POSTGRESQL))) < 1_000_000
    assert time.process_time() - started < 3


def test_formula_fields_that_read_one_another_do_not_grow_without_end() -> None:
    checked, columns = check_formula("name & name & name", SCOPE), [_column(("name",))]

    def compile_chain() -> None:
        for _ in range(20):
            columns.append(compile_sql(checked, lambda _: columns[-1], "sqlite"))

    with pytest.raises(UnsupportedOnTarget, match="grows so large"):
        compile_chain()
