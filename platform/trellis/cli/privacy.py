"""`trellis privacy`: where people's data is, what belongs to one person, taking it along, and making it go."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from trellis.cli.console import JSON_OPTION, print_json, print_table

if TYPE_CHECKING:
    from trellis.privacy.consents import RecordConsents
    from trellis.privacy.data_map import MarkedObject
    from trellis.privacy.erase import ErasurePlan
    from trellis.privacy.find import FoundRecord
    from trellis.privacy.retention import DueRecords
    from trellis.privacy.subject import Subject
    from trellis.runtime import Runtime
    from trellis.security.actor import Actor
    from trellis.tenancy.tenant import Tenant

T = TypeVar("T")
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")
EMAIL = typer.Option("", "--email", help="The person's e-mail address.")
PHONE = typer.Option("", "--phone", help="The person's phone number.")
RECORD = typer.Option("", "--record", help="A record of the person, as OBJECT/ID.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Where people's data is; finding, exporting and erasing a person.", no_args_is_help=True)
    group.command("map")(show_map)
    group.command("retention")(retention)
    group.command("find")(find)
    group.command("export")(export)
    group.command("erase")(erase)
    group.command("consents")(consents)
    app.add_typer(group, name="privacy")


def show_map(tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """List the fields that hold personal data, and what erasing a person does to each."""
    from trellis.privacy.json_form import map_json
    from trellis.privacy.service import get_map

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> tuple[MarkedObject, ...]:
        return await get_map(home, runtime.access, actor)

    found = _act(tenant, login, work)
    if as_json:
        print_json({"objects": [map_json(one) for one in found]})
        return
    rows: list[Sequence[object]] = []
    for one in found:
        rows += [(one.object.name, mark.field.name, mark.category, one.erasure, mark.effect) for mark in one.fields]
        rows += [(one.object.name, link.name, f"whose: {link.object}", one.erasure, "kept") for link in one.links]
        rows += [(one.object.name, field.name, "not marked", one.erasure, "kept") for field in one.unmarked]
    print_table(("object", "field", "holds", "record", "field is"), rows)


def retention(tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """List how long records are kept, and how many it is time for now."""
    from datetime import UTC, datetime

    from trellis.privacy.json_form import due_json
    from trellis.privacy.retention import count_due

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> tuple[DueRecords, ...]:
        return await count_due(home, runtime.access, actor, now=datetime.now(UTC))

    found = _act(tenant, login, work)
    if as_json:
        print_json({"rules": [due_json(one) for one in found]})
        return
    print_table(
        ("object", "rule", "days", "since", "then", "due now"),
        [
            (
                one.object.name,
                one.rule.name,
                one.rule.after_days,
                one.rule.since,
                one.rule.then,
                f"{one.count:,}" if one.is_exact else f"over {one.count:,}",
            )
            for one in found
        ],
    )


def find(
    tenant: str = TENANT,
    email: str = EMAIL,
    phone: str = PHONE,
    record: str = RECORD,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """List the records of a person, and why each is theirs."""
    from trellis.privacy.json_form import found_json
    from trellis.privacy.service import find_person

    subject = _subject(email, phone, record)

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> Sequence[FoundRecord]:
        return await find_person(home, runtime.access, actor, subject)

    found = _act(tenant, login, work)
    if as_json:
        print_json({"records": [found_json(one) for one in found]})
        return
    print_table(
        ("object", "id", "by", "field", "where"),
        [(one.object, one.id, one.why, one.field, "bin" if one.is_in_bin else "") for one in found],
    )


def export(
    tenant: str = TENANT,
    email: str = EMAIL,
    phone: str = PHONE,
    record: str = RECORD,
    to: Path | None = typer.Option(None, "--to", help="The file to write; standard output when not given."),
    login: str | None = LOGIN,
) -> None:
    """Write everything about a person as one JSON document. It is audited."""
    from datetime import UTC, datetime

    from trellis.privacy.service import export_person

    subject, now = _subject(email, phone, record), datetime.now(UTC)

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> dict[str, Any]:
        return await export_person(home, runtime.access, actor, subject, now=now)

    made = json.dumps(_act(tenant, login, work), ensure_ascii=False, indent=2)
    if to is None:
        typer.echo(made)
    else:
        to.write_text(f"{made}\n", encoding="utf-8")
        to.chmod(0o600)


def erase(
    tenant: str = TENANT,
    email: str = EMAIL,
    phone: str = PHONE,
    record: str = RECORD,
    is_agreed: bool = typer.Option(False, "--yes", help="Do it. Without this only the plan is shown."),
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Show what erasing a person would do; with --yes do it, for good. It is audited."""
    from datetime import UTC, datetime

    from trellis.privacy.json_form import plan_json
    from trellis.privacy.service import erase_person, plan_erasure

    subject, now = _subject(email, phone, record), datetime.now(UTC)

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> ErasurePlan:
        plan = await plan_erasure(home, runtime.access, actor, subject)
        if not is_agreed:
            return plan
        return await erase_person(home, runtime.access, actor, subject, plan.fingerprint, now=now)

    plan = _act(tenant, login, work)
    if as_json:
        print_json({**plan_json(plan), "is_done": is_agreed})
        return
    print_table(
        ("object", "id", "is", "fields that go", "fields that stay"),
        [
            (one.record.object, one.record.id, one.fate, ", ".join(one.erased), ", ".join(one.left))
            for one in plan.records
        ],
    )
    fates = Counter(one.fate for one in plan.records)
    counts = ", ".join(f"{count} {fate}" for fate, count in fates.items()) or "no records"
    copies = f"{counts}; {sum(plan.copies.values()):,} copies"
    typer.echo(f"Erased: {copies}." if is_agreed else f"Nothing is done yet: {copies}. Do it with --yes.")


def consents(
    record: str = typer.Argument(..., help="A record of the person, as OBJECT/ID."),
    tenant: str = TENANT,
    give: str = typer.Option("", "--give", help="Write down that the person consents to this purpose."),
    withdraw: str = typer.Option("", "--withdraw", help="Write down that the person does not, or not any more."),
    source: str = typer.Option("", "--source", help="How it is known, with --give or --withdraw."),
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Show what a person consented to; with --give or --withdraw write it down. It is audited."""
    from datetime import UTC, datetime

    from trellis.privacy.consents import NewConsent, consents_json, list_consents, record_consent

    if give and withdraw:
        raise typer.BadParameter("Either --give or --withdraw.")
    name, _, record_id = record.partition("/")
    now = datetime.now(UTC)

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> RecordConsents:
        if not give and not withdraw:
            return await list_consents(home, runtime.access, actor, name, record_id, now=now)
        new = NewConsent(purpose=give or withdraw, is_given=bool(give), source=source)
        return await record_consent(home, runtime.access, actor, name, record_id, new, now=now)

    found = _act(tenant, login, work)
    if as_json:
        print_json(consents_json(found))
        return
    print_table(
        ("purpose", "is", "since", "source"),
        [
            (
                one.purpose.name,
                one.state.replace("_", " "),
                one.newest.said_at.isoformat() if one.newest else "",
                one.newest.source if one.newest else "",
            )
            for one in found.purposes
        ],
    )


def _subject(email: str, phone: str, record: str) -> Subject:
    from trellis.privacy.subject import parse_subject

    name, _, record_id = record.partition("/")
    return parse_subject({"email": email, "phone": phone, "object": name, "record": record_id})


def _act(tenant: str, login: str | None, work: Callable[[Runtime, Tenant, Actor], Awaitable[T]]) -> T:
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def run(runtime: Runtime) -> T:
        home = await runtime.tenant(tenant)
        return await work(runtime, home, await acting(home, login))

    return run_with_runtime(run)
