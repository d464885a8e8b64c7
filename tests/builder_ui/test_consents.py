"""What the person of a record consented to, shown and written down beside the record."""

from __future__ import annotations

import pytest

from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor

ORGANIZATION = """\
name: Acme
consents:
  newsletter: {label: Newsletter, objects: [account]}
"""


@pytest.fixture
def record(site: Site) -> str:
    admin = site.admin
    actor = Actor(user_id=admin.id, name=admin.name, email=admin.email, is_admin=True, channel="cli")
    site.run(deploy(site.tenant, actor, SourceChange(files={"organization.yaml": ORGANIZATION}), summary="Consents"))
    return site.create("account", name="Nordwerk")


def test_consent_is_given_and_taken_back_beside_the_record(site: Site, browser: Browser, record: str) -> None:
    address = f"/app/account/{record}"
    page = browser.get(address)
    assert "Not asked" in page.text

    form = page.form(f"{address}/consents")
    assert browser.send(form, {"do": "give", "source": "A call"}).status == 200
    page = browser.get(address)
    assert "Given" in page.text
    assert "A call" in page.text
    browser.send(page.form(f"{address}/consents"), {"do": "withdraw", "source": "A letter"})
    assert "Withdrawn" in browser.get(address).text

    refused = browser.send(page.form(f"{address}/consents"), {"do": "give", "source": ""})
    assert refused.status == 422
    strange = browser.send(page.form(f"{address}/consents"), {"do": "give", "source": "x", "purpose": "moon"})
    assert strange.status == 422
