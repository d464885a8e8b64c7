"""What is wrong with a client that somebody wants to register. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from trellis.errors import FieldError, InvalidRecord
from trellis.security.oauth.model import IDENTITY_SCOPES, KINDS, ClientKind
from trellis.security.scopes import parse_scopes

LONGEST_NAME = 100
MOST_URIS = 20
LONGEST_URI = 500

_URI = re.compile(r"[!#-;=?-\[\]_a-z~]+")  # What RFC 3986 allows, without quotes: it goes into headers and error texts.
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


def check_client(
    *,
    name: str,
    kind: ClientKind,
    redirect_uris: Collection[str],
    scopes: frozenset[str],
    service_user: str | None,
    found_user: tuple[str, bool] | None,
    objects: Collection[str],
) -> None:
    """`found_user`: the id of the active user whom `service_user` names, and whether they may do more with the tenant than who
    registers the client. Raises InvalidRecord with everything that is wrong."""
    wrong: list[FieldError] = []
    if not (1 <= len(name.strip()) <= LONGEST_NAME and name.isprintable()):
        wrong.append(_wrong("name", f"The name must have 1 to {LONGEST_NAME} characters, none a control character."))
    if kind not in KINDS:
        wrong.append(_wrong("kind", f"There is no kind {kind!r}; there is {', '.join(KINDS)}."))
    wrong += _of_addresses(kind, redirect_uris)
    wrong += _of_scopes(kind, scopes, objects)
    wrong += _of_service(kind, service_user, found_user)
    if wrong:
        raise InvalidRecord(" ".join(error.message for error in wrong), fields=tuple(wrong))


def _of_addresses(kind: ClientKind, redirect_uris: Collection[str]) -> Iterator[FieldError]:
    if kind == "service":
        if redirect_uris:
            yield _wrong("redirect_uris", "A service has no redirect addresses: nobody signs in.")
        return
    if not 1 <= len(redirect_uris) <= MOST_URIS:
        yield _wrong("redirect_uris", f"A client needs 1 to {MOST_URIS} redirect addresses.")
    for uri in redirect_uris:
        if len(uri) > LONGEST_URI or not _URI.fullmatch(uri) or not _is_redirect(uri, kind):
            message = (
                f"{uri[:100]!r} is no redirect address: https://…, http:// of this computer (localhost, 127.0.0.1)"
                f"{', or of a scheme such as com.example.app:/…' if kind == 'public' else ''}; no fragment."
            )
            yield _wrong("redirect_uris", message)


def _is_redirect(uri: str, kind: ClientKind) -> bool:
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if "#" in uri or "@" in parts.netloc:
        return False
    if parts.scheme == "https":
        return bool(host)
    if parts.scheme == "http":
        return _is_this_computer(host)
    return kind == "public" and bool(_PRIVATE_SCHEME.fullmatch(parts.scheme))


def _is_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _of_scopes(kind: ClientKind, scopes: frozenset[str], objects: Collection[str]) -> Iterator[FieldError]:
    about_user = scopes & frozenset(IDENTITY_SCOPES)
    if kind == "service" and about_user:
        yield _wrong("scopes", f"A service has no user to know, so it may not have {', '.join(sorted(about_user))}.")
    if not scopes:
        yield _wrong("scopes", "A client needs one scope at least.")
    if scopes - about_user:
        try:
            parse_scopes(scopes - about_user, objects)
        except InvalidRecord as error:
            yield from error.fields


def _of_service(kind: ClientKind, service_user: str | None, found: tuple[str, bool] | None) -> Iterator[FieldError]:
    if kind != "service":
        if service_user:
            yield _wrong("service_user", "Only a service acts as a user of its own.")
    elif not service_user:
        yield _wrong("service_user", "A service needs the user that it acts as.")
    elif found is None:
        yield _wrong("service_user", f"There is no active user {service_user[:60]}.")
    elif found[1]:
        yield _wrong(
            "service_user", f"{service_user[:60]} may do more here than you, so no service of yours acts as them."
        )


def _wrong(field: str, message: str) -> FieldError:
    return FieldError(field=field, code=f"invalid_{field}", message=message)
