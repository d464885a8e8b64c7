"""Blocks that are files make packages that hold together; the README's is installed and answers its filter."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import pytest
import yaml

from metamodel import Component, build_model, read_source
from metamodel.definitions import Sort
from rule_engine.rules import format_rules
from tests.docs.documents import ROOT, Block, all_blocks, blocks, documents
from tests.trellis.factory import administrator, opened_tenant
from trellis.automation.silent import SilentAutomation
from trellis.packaging.archive import build_archive, read_archive
from trellis.packaging.bundled import bundled_folder
from trellis.packaging.content import content_of
from trellis.packaging.folder import load_folder
from trellis.packaging.install import install
from trellis.packaging.sample import load_sample
from trellis.query.query import Query
from trellis.query.service import Queries
from trellis.records.service import Records
from trellis.rule_tests.service import run_tests
from trellis.rule_tests.sources import source_of_files, source_of_package
from trellis.security.access import AdministratorAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """The files of one package of one document; a tenant's own files when there is no package.yaml among them."""

    document: Path
    name: str
    on: str | None
    files: dict[str, str]

    @property
    def owner(self) -> str:
        return self.name if "package.yaml" in self.files else ""


def described() -> Iterator[Described]:
    """A file that comes again in the same document begins another state of the package."""
    for document in documents():
        files = [block for block in blocks(document) if block.path]
        for (name, on), group in groupby(files, lambda block: (block.package, block.on)):
            state: dict[str, str] = {}
            for block in group:
                assert block.path is not None
                if block.path in state:
                    yield Described(document=document, name=name, on=on, files=dict(state))
                state[block.path] = block.text
            yield Described(document=document, name=name, on=on, files=state)


PACKAGES = tuple(described())


def components_of(package: Described) -> tuple[Component, ...]:
    below = read_source(load_folder(bundled_folder(package.on)), package.on) if package.on else ()
    return (*below, *read_source(package.files, package.owner))


def test_documents_describe_packages() -> None:
    assert {package.name for package in PACKAGES} >= {"clinic", "workshop", "rules", "machines"}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: f"{package.document.name}-{package.name}")
def test_package_holds_together(package: Described) -> None:
    build_model(components_of(package))


@pytest.mark.parametrize("block", [block for block in all_blocks("text") if block.path], ids=lambda block: block.place)
def test_rules_are_in_canonical_form(block: Block) -> None:
    _, _, rules = block.text.partition("\n")
    assert format_rules(rules) == rules


@pytest.mark.parametrize("block", all_blocks("yaml"), ids=lambda block: block.place)
def test_yaml_can_be_read(block: Block) -> None:
    yaml.safe_load(block.text)


@pytest.mark.parametrize("block", all_blocks("json"), ids=lambda block: block.place)
def test_json_can_be_read(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("package", [one for one in PACKAGES if one.owner], ids=lambda package: package.name)
def test_package_installs_with_its_sample_data(package: Described) -> None:
    async def work() -> int:
        content = read_archive(build_archive(content_of(package.files)))
        async with opened_tenant("") as tenant:
            admin = await administrator(tenant)
            if package.on:
                await install(tenant, admin, content_of(load_folder(bundled_folder(package.on))))
            deployed = await install(tenant, admin, content)
            records = Records(tenant, SilentAutomation(), AdministratorAccess())
            today = datetime.now(UTC).date()
            made = await load_sample(records, admin, content, today=today, users=[admin.user_id])
            assert bool(made) == bool(content.data)
            return deployed.revision

    assert asyncio.run(work()) >= 1


@pytest.mark.parametrize(
    "package",
    [one for one in PACKAGES if any(path.startswith("tests/") for path in one.files)],
    ids=lambda one: one.name,
)
def test_tests_of_rules_hold(package: Described) -> None:
    below = [source_of_package(content_of(load_folder(bundled_folder(package.on))))] if package.on else []
    report = asyncio.run(run_tests([*below, source_of_files(package.files, package.owner)]))
    assert report.tests
    assert [(test.name, test.failures) for test in report.failed] == []


def test_clinic_of_the_readme_installs_and_answers() -> None:
    clinic = next(package for package in PACKAGES if package.document == ROOT / "README.md")

    async def work() -> tuple[str, ...]:
        content = read_archive(build_archive(content_of(clinic.files)))
        async with opened_tenant("") as tenant:
            admin = await administrator(tenant)
            await install(tenant, admin, content)
            records = Records(tenant, SilentAutomation(), AdministratorAccess())
            late = [("Ada", 40), ("Bo", 90)]
            payloads = [{"patient": name, "day": "2026-01-01", "fee": fee} for name, fee in late]
            await records.create(admin, "acme__visit", [*payloads, {"patient": "Cy", "fee": 20}])
            sort = (Sort(field="fee", descending=True),)
            query = Query(object="acme__visit", fields=("patient",), filter="is_late", sort=sort)
            page = await Queries(tenant, AdministratorAccess()).page(admin, query)
            return tuple(record["patient"] for record in json.loads(page.body))

    assert asyncio.run(work()) == ("Bo", "Ada")
