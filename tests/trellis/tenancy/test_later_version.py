"""What was accepted at a deploy is served by a later version that checks more: nothing but what cannot be understood any more fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.trellis.cli.commands import trellis
from tests.trellis.cli.tenants import CommandedTenant, commanded_tenant
from tests.trellis.factory import administrator
from trellis.automation.engine import Engine
from trellis.errors import InvalidMetadata, InvalidRecord
from trellis.query.query import Query
from trellis.query.service import Queries
from trellis.records.service import Records
from trellis.schema.deploy import SourceChange, deploy
from trellis.schema.deployed_problems import find_deployed_problems
from trellis.security.access import AdministratorAccess
from trellis.storage.prepare import prepare
from trellis.tenancy.model_cache import ModelCache
from trellis.tenancy.tenant import Tenant

LEAD = """\
label: Lead
plural_label: Leads
name_field: name
fields:
  name: {type: text, label: Name}
  size: {type: number, label: Size}
  half: {type: formula, label: Half, returns: number, formula: size / 2}
"""
NOTE = """\
label: Note
plural_label: Notes
name_field: name
fields: {name: {type: text, label: Name}, level: {type: number, label: Level}}
validations: {level_is_small: {formula: level > 9, message: Too much.}}
"""
TASK = """\
label: Task
plural_label: Tasks
name_field: name
fields: {name: {type: text, label: Name}}
"""
FILES = {
    "objects/lead.yaml": LEAD,
    "objects/note.yaml": NOTE,
    "objects/task.yaml": TASK,
    "views/lead/big.yaml": "label: Big\ncolumns: [name, size]\nfilter: size > 5\n",
    "rules/task.rule": 'validation "Named" on task\n  fail "No." when name = "x"\nend\n',
}


@pytest.fixture
def tenant(database_url: str, tmp_path: Path) -> Iterator[CommandedTenant]:
    with commanded_tenant(database_url, tmp_path, files=FILES) as one:
        yield one


def _accepted_earlier(one: CommandedTenant, path: str, old: str, new: str) -> None:
    """As if an earlier version had accepted `new` in a file."""

    async def change(tenant: Tenant) -> None:
        table = tenant.tables.component
        (source,) = [file.source for file in await tenant.files(1) if file.path == path]
        assert old in source
        statement = prepare(
            sa.update(table).where(table.c.path == path).values(source=source.replace(old, new)),
            tenant.database.dialect,
        )
        await tenant.database.write(lambda transaction: transaction.execute(statement))

    one.run(change)


def _services(tenant: Tenant) -> tuple[Records, Queries]:
    later = Tenant(name=tenant.name, label=tenant.label, database=tenant.database, models=ModelCache())
    access = AdministratorAccess()
    return Records(later, Engine(lambda _: None, access), access), Queries(later, access)


def test_everything_else_is_served_and_what_fails_says_so(tenant: CommandedTenant) -> None:
    _accepted_earlier(tenant, "objects/lead.yaml", "size / 2", "size / two")
    _accepted_earlier(tenant, "objects/note.yaml", "level > 9", "LEVELS(level) > 9")
    _accepted_earlier(tenant, "views/lead/big.yaml", "name, size", "name, gone")
    _accepted_earlier(tenant, "rules/task.rule", 'name = "x"', 'called = "x"')

    async def work(home: Tenant) -> None:
        records, queries = _services(home)
        actor = await administrator(home)
        await records.create(actor, "lead", [{"name": "Ada", "size": 12}])
        found = await queries.rows(actor, Query(object="lead", fields=("name", "half"), filter="size > 5"))
        assert found == [{"name": "Ada", "half": None}]
        for name in ("note", "task"):
            with pytest.raises(InvalidRecord, match=r"cannot be evaluated.*no longer accepts"):
                await records.create(actor, name, [{"name": "Ada"}])
            assert await queries.rows(actor, Query(object=name, fields=("name",))) == []

    tenant.run(work)


def test_the_doctor_tells_what_must_be_mended_and_a_deploy_refuses_it(tenant: CommandedTenant) -> None:
    well = tenant.trellis("doctor")
    assert (well.returncode, well.stdout) == (0, f"{tenant.name}: revision 1 is well.\n")
    _accepted_earlier(tenant, "objects/lead.yaml", "size / 2", "size / two")
    _accepted_earlier(tenant, "rules/task.rule", 'name = "x"', 'called = "x"')
    ill = tenant.trellis("doctor")
    assert ill.returncode == 1
    assert "2 problems in revision 1, which is served as it is:" in ill.stdout
    assert "objects/lead.yaml:7: fields.half.formula: " in ill.stdout
    (told,) = json.loads(tenant.trellis("doctor", "--json").stdout)
    assert [(one["code"], one["file"]) for one in told["problems"]] == [
        ("unknown_field", "objects/lead.yaml"),
        ("unknown_field", "rules/task.rule"),
    ]

    async def work(home: Tenant) -> None:
        assert len(await find_deployed_problems(home)) == 2
        actor = await administrator(home)
        more = {"objects/task.yaml": TASK.replace("label: Task", "label: To do")}
        with pytest.raises(InvalidMetadata):
            await deploy(home, actor, SourceChange(files=more))
        mended = {path: f"{FILES[path]}\n" for path in ("objects/lead.yaml", "rules/task.rule")}
        assert (await deploy(home, actor, SourceChange(files={**more, **mended}))).revision == 2
        assert await find_deployed_problems(home) == ()

    tenant.run(work)


def test_a_tenant_that_cannot_be_opened_does_not_hide_the_others(tmp_path: Path) -> None:
    with commanded_tenant("", tmp_path, files=FILES) as one, commanded_tenant("", tmp_path, files={}) as other:
        broken = next(path for path in tmp_path.rglob(f"{other.name}*.db*"))
        held = broken.read_bytes()
        broken.write_bytes(b"no database at all, by far" * 100)
        told = trellis("doctor", folder=tmp_path)
        broken.write_bytes(held)
        assert told.returncode == 1
        assert f"{one.name}: revision 1 is well." in told.stdout
        assert f"{other.name}: cannot be looked at: " in told.stdout
