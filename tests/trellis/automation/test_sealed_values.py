"""Rules, templates and messages get no further than whether an encrypted field has a value."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.factory import administrator, opened_tenant
from trellis.automation.engine import Engine
from trellis.errors import InvalidMetadata
from trellis.records.service import RecordChange, Records
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.access import GrantedAccess

PERSON = """\
label: P
plural_label: Ps
name_field: name
history: true
fields:
  name: {type: text, label: N}
  tax_id: {type: text, label: T, encrypted: true, mask: last4}
  other_id: {type: text, label: U, encrypted: true}
  note: {type: text, label: O}
"""
TEMPLATE = "label: T\n{about}texts:\n  en: {{subject: 'About {{{{ record.tax_id }}}}', body: 'It is {{{{ record.tax_id }}}}'}}\n"
TOLD = """\
rule "Tell" on person
when created or tax_id changes
then
    set note = IF(ISBLANK(tax_id), "none", "some")
    notify owner via in_app, email with template told
end
"""


def _rule(then: str, condition: str = "") -> str:
    return f'rule "R" on person\nwhen created\n{condition}then\n    {then}\nend\n'


REFUSED: tuple[dict[str, str], ...] = (
    {"rules/r.rule": _rule("set note = tax_id")},
    {"rules/r.rule": _rule('set tax_id = "DE1"')},
    {"rules/r.rule": _rule("set tax_id = other_id")},
    {"rules/r.rule": _rule('notify owner via in_app "It is " & tax_id')},
    {"rules/r.rule": _rule("create person (name = name, tax_id = tax_id)")},
    {"rules/r.rule": _rule('send email to tax_id "Hello"')},
    {"rules/r.rule": _rule('set note = "x"', 'if tax_id = "DE1"\n')},
    {"templates/told.yaml": TEMPLATE.format(about="object: person\n")},
    {"views/person/mine.yaml": 'label: V\ncolumns: [name]\nfilter: tax_id = "DE1"\n'},
    {"views/person/mine.yaml": "label: V\ncolumns: [name, tax_id]\nsort: [{field: tax_id}]\n"},
)


def test_metadata_that_would_read_it_is_refused() -> None:
    async def run() -> None:
        async with opened_tenant("", {"objects/person.yaml": PERSON}) as tenant:
            actor = await administrator(tenant)
            for files in REFUSED:
                with pytest.raises(InvalidMetadata) as refused:
                    await deploy(tenant, actor, SourceChange(files=files))
                assert any("encrypted" in str(problem) for problem in refused.value.problems), refused.value.problems

    asyncio.run(run())


def test_messages_and_notes_hold_no_more_than_dots(database_url: str) -> None:
    async def run() -> None:
        files = {"objects/person.yaml": PERSON, "templates/told.yaml": TEMPLATE.format(about=""), "rules/r.rule": TOLD}
        async with opened_tenant(database_url, files) as tenant:
            access = GrantedAccess()
            records = Records(tenant, Engine(lambda *_: None, access), access)
            actor = await administrator(tenant)
            (saved,) = await records.create(actor, "person", [{"name": "Eve", "tax_id": "DE-814-277"}])
            await records.update(actor, "person", [RecordChange(id=saved.id, values={"tax_id": "NL-555-444"})])

            def texts(connection: sa.Connection) -> str:
                tables = tenant.tables
                found: list[Any] = []
                for table in (
                    tables.outbox,
                    tables.notification,
                    tables.ledger,
                    tables.ledger_block,
                    tables.field_history,
                ):
                    found += connection.execute(sa.select(table)).all()
                person = sa.table("person", sa.column("note"), schema=tenant.database.schema)
                return f"{found} {connection.scalars(sa.select(person.c.note)).all()}"

            everything = await tenant.database.run(texts)
            assert "some" in everything
            assert "tax_id" in everything
            for secret in ("DE-814-277", "NL-555-444", "5-444"):
                assert secret not in everything

    asyncio.run(run())
