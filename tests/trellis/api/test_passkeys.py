"""Passkeys: who has one comes in by it; what is replayed, forged, of another site or of an unseen owner does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.trellis.api.ages import age_sessions
from tests.trellis.api.sites import Site
from tests.trellis.security.authenticator import PRESENT, Authenticator
from trellis.errors import InvalidRecord, NotFound
from trellis.security.credentials import Begun
from trellis.security.identity import Identity, SignInFailed
from trellis.security.passkeys.challenges import LIFETIME
from trellis.security.passkeys.relying_party import RelyingParty, relying_party
from trellis.security.passkeys.service import (
    begin_confirmation,
    begin_registration,
    begin_sign_in,
    finish_confirmation,
    finish_registration,
    finish_sign_in,
    remove_passkey,
    rename_passkey,
)
from trellis.security.passkeys.store import list_passkeys
from trellis.security.recent import is_recent
from trellis.security.sign_in.history import list_sign_ins
from trellis.security.user_changes import UserChange, change_user

PARTY = RelyingParty(id="crm.example.com", origin="https://crm.example.com")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HERE = Begun(address="10.1.2.3", agent="Firefox/150")


@dataclass(slots=True)
class Person:
    """Somebody with a session, by whatever opened it."""

    site: Site
    identity: Identity
    token: str
    numbers: int = 0

    def add(self, device: Authenticator, name: str = "Laptop") -> str:
        options = self.site.run(begin_registration(self.identity, PARTY, now=NOW))
        return self.site.run(finish_registration(self.identity, PARTY, device.create(options), name, now=NOW))

    def sign_in(self, device: Authenticator, *, options: str = "", later: timedelta = timedelta()) -> Identity:
        find, name = self.site.runtime.directory.find, self.site.tenant.name
        options = options or self.site.run(begin_sign_in(find, name, PARTY, now=NOW))
        entering = finish_sign_in(
            self.site.runtime.identities, find, name, PARTY, device.get(options), begun=HERE, now=NOW + later
        )
        return self.site.run(entering)[1]


_COUNT = iter(range(1_000))


@pytest.fixture
def person(site: Site) -> Person:
    user, _ = site.user(f"keeper{next(_COUNT)}")
    admitted = site.runtime.identities.admit(site.tenant, user.id, method="password", begun=HERE)
    issued, identity = site.run(admitted)
    return Person(site, identity, issued.token)


def _device(**more: object) -> Authenticator:
    device = Authenticator(credential_id=f"passkey-{next(_COUNT):04}".encode())
    for name, value in more.items():
        setattr(device, name, value)
    return device


def test_a_passkey_signs_its_owner_in(person: Person) -> None:
    device = _device()
    person.add(device)
    identity = person.sign_in(device)
    assert identity.actor.user_id == person.identity.actor.user_id
    assert identity.kind == "session"
    [kept] = person.site.run(list_passkeys(person.site.tenant, identity.actor.user_id))
    assert (kept.name, kept.last_used_at, kept.party) == ("Laptop", NOW, "crm.example.com")
    [latest, *_] = person.site.run(list_sign_ins(person.site.tenant, identity.actor.user_id, limit=1))
    assert (latest.method, latest.outcome) == ("passkey", "succeeded")


def test_options_ask_for_a_passkey_that_sees_its_owner_and_leave_out_those_there_are(person: Person) -> None:
    device = _device()
    person.add(device)
    options = json.loads(person.site.run(begin_registration(person.identity, PARTY, now=NOW)))
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert len(options["excludeCredentials"]) == 1
    asked = json.loads(person.site.run(begin_sign_in(person.site.runtime.directory.find, "nowhere", PARTY, now=NOW)))
    assert asked["userVerification"] == "required"
    assert asked.get("allowCredentials", []) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda device: replace(device, origin="https://crm.example.com.evil.example"),
        lambda device: replace(device, party="evil.example"),
        lambda device: replace(device, flags=PRESENT),
        lambda device: replace(device, flags=0),
        lambda device: replace(device, key=Authenticator().key),
        lambda device: replace(device, credential_id=b"somebody-elses"),
        lambda device: replace(device, count=7),
    ],
    ids=["other origin", "other site", "owner not verified", "nobody there", "other key", "unknown", "count goes back"],
)
def test_what_does_not_hold_signs_nobody_in(person: Person, spoil: Callable[[Authenticator], Authenticator]) -> None:
    device = _device(count=7)
    person.add(device)
    with pytest.raises(SignInFailed):
        person.sign_in(spoil(device))
    device.count = 8
    assert person.sign_in(device).actor.user_id == person.identity.actor.user_id


def test_an_answer_works_once_and_soon(person: Person) -> None:
    device = _device()
    person.add(device)
    find, name = person.site.runtime.directory.find, person.site.tenant.name
    options = person.site.run(begin_sign_in(find, name, PARTY, now=NOW))
    person.sign_in(device, options=options)
    with pytest.raises(SignInFailed):
        person.sign_in(device, options=options)
    late = person.site.run(begin_sign_in(find, name, PARTY, now=NOW))
    with pytest.raises(SignInFailed):
        person.sign_in(device, options=late, later=LIFETIME)
    elsewhere = person.site.run(begin_sign_in(find, "nowhere", PARTY, now=NOW))
    with pytest.raises(SignInFailed):
        person.sign_in(device, options=elsewhere)


def test_a_challenge_made_for_one_purpose_does_for_no_other(person: Person) -> None:
    device = _device()
    person.add(device)
    confirming = person.site.run(begin_confirmation(person.identity, PARTY, now=NOW))
    with pytest.raises(SignInFailed):
        person.sign_in(device, options=confirming)


def test_who_is_frozen_does_not_come_in(person: Person) -> None:
    device = _device()
    person.add(device)
    site = person.site
    access, admin = site.runtime.access, site.run(site.runtime.identities.identify(site.token)).actor
    frozen = UserChange(is_active=False)
    site.run(change_user(site.tenant, access, admin, person.identity.actor.user_id, frozen, now=NOW))
    with pytest.raises(SignInFailed):
        person.sign_in(device)


def test_a_passkey_confirms_its_owners_session_and_no_other(site: Site, person: Person) -> None:
    device, stranger = _device(), _device()
    person.add(device)
    user, _ = site.user(f"stranger{next(_COUNT)}")
    _, other = site.run(site.runtime.identities.admit(site.tenant, user.id, method="password", begun=HERE))
    Person(site, other, "").add(stranger)
    age_sessions(site, timedelta(hours=1))
    now = datetime.now(UTC)
    identities = site.runtime.identities

    def confirm(with_device: Authenticator) -> None:
        options = site.run(begin_confirmation(person.identity, PARTY, now=now))
        answer = with_device.get(options)
        site.run(finish_confirmation(identities, person.identity, person.token, PARTY, answer, now=now))

    with pytest.raises(SignInFailed):
        confirm(stranger)
    assert not is_recent(site.run(identities.identify(person.token)), now=now)
    confirm(device)
    assert is_recent(site.run(identities.identify(person.token)), now=now)


@pytest.mark.parametrize(
    "spoil",
    [{"flags": PRESENT}, {"origin": "https://evil.example"}, {"party": "evil.example"}],
    ids=["owner not verified", "other origin", "other site"],
)
def test_a_passkey_that_does_not_hold_is_not_kept(person: Person, spoil: dict[str, object]) -> None:
    with pytest.raises(InvalidRecord):
        person.add(_device(**spoil))
    assert person.site.run(list_passkeys(person.site.tenant, person.identity.actor.user_id)) == ()


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", '{"id": 1}', "x" * 30_000, "[" * 5_000])
def test_what_is_no_credential_is_refused(person: Person, credential: str) -> None:
    with pytest.raises(InvalidRecord):
        person.site.run(finish_registration(person.identity, PARTY, credential, "Laptop", now=NOW))
    find, name = person.site.runtime.directory.find, person.site.tenant.name
    entering = finish_sign_in(person.site.runtime.identities, find, name, PARTY, credential, begun=HERE, now=NOW)
    with pytest.raises(SignInFailed):
        person.site.run(entering)


def test_a_device_is_kept_once_and_its_answer_too(person: Person) -> None:
    device = _device()
    person.add(device)
    with pytest.raises(InvalidRecord, match="in use already"):
        person.add(device)
    options = person.site.run(begin_registration(person.identity, PARTY, now=NOW))
    answer = _device().create(options)
    person.site.run(finish_registration(person.identity, PARTY, answer, "Phone", now=NOW))
    with pytest.raises(InvalidRecord, match="sent twice"):
        person.site.run(finish_registration(person.identity, PARTY, answer, "Phone", now=NOW))


def test_a_passkey_is_renamed_and_removed_by_its_owner_alone(site: Site, person: Person) -> None:
    device = _device()
    passkey_id, user_id = person.add(device), person.identity.actor.user_id
    site.run(rename_passkey(site.tenant, user_id, passkey_id, " Old laptop "))
    with pytest.raises(InvalidRecord):
        site.run(rename_passkey(site.tenant, user_id, passkey_id, "two\nlines"))
    with pytest.raises(NotFound):
        site.run(remove_passkey(site.tenant, site.admin.id, passkey_id, by=person.identity.actor, now=NOW))
    [kept] = site.run(list_passkeys(site.tenant, user_id))
    assert kept.name == "Old laptop"
    site.run(remove_passkey(site.tenant, user_id, passkey_id, by=person.identity.actor, now=NOW))
    with pytest.raises(SignInFailed):
        person.sign_in(device)


def test_over_http_one_lists_renames_and_removes(site: Site) -> None:
    user, token = site.user(f"keeper{next(_COUNT)}")
    _, identity = site.run(site.runtime.identities.admit(site.tenant, user.id, method="password", begun=HERE))
    person = Person(site, identity, "")
    own = person.add(_device())
    path = f"/api/v1/passkeys/{own}"
    assert site.request("PATCH", path, token=token, json={"name": "Work phone"}).status_code == 204
    [shown] = site.get("/api/v1/passkeys", token=token).json()["passkeys"]
    assert (shown["name"], shown["party"], shown["last_used_at"]) == ("Work phone", "crm.example.com", None)
    assert "public_key" not in shown
    theirs = f"/api/v1/users/{user.id}/passkeys"
    assert site.get(theirs, token=token).status_code == 403
    assert site.request("DELETE", path).status_code == 404
    assert site.request("DELETE", f"{theirs}/{own}", token=token).status_code == 403
    assert site.request("DELETE", f"{theirs}/{own}").status_code == 204
    assert site.get(theirs).json() == {"passkeys": []}


@pytest.mark.parametrize(
    ("host", "is_https", "origin"),
    [
        ("crm.example.com", True, "https://crm.example.com"),
        ("CRM.example.com:8443", True, "https://crm.example.com:8443"),
        ("localhost:8000", False, "http://localhost:8000"),
        ("crm.example.com", False, None),
        ("127.0.0.1:8000", False, None),
        ("10.1.2.3", True, None),
        ("[::1]:8000", True, None),
        ("", True, None),
    ],
)
def test_passkeys_belong_to_names_that_browsers_trust(host: str, is_https: bool, origin: str | None) -> None:
    party = relying_party(host, is_https=is_https)
    assert (party.origin if party else None) == origin
