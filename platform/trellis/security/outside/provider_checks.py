"""What is wrong with a provider that somebody wants to set up. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from authlib.common.security import is_secure_transport

from metamodel.access_definitions import ADMINISTRATOR
from metamodel.model import Model
from trellis.errors import FieldError, InvalidRecord
from trellis.security.outside.model import MAPPED_KINDS, GroupMapping, Provider

LONGEST = 255
MOST_GROUPS = 200
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WORD = re.compile(r"[!#-\[\]-~]{1,100}")


def check_provider(provider: Provider, model: Model) -> None:
    """Raises InvalidRecord with everything that is wrong."""
    wrong = [*_texts(provider), *(fault for group in provider.groups for fault in _group(group, model))]
    if len(provider.groups) > MOST_GROUPS:
        wrong.append(_fault("groups", f"There are {len(provider.groups)} groups; at most {MOST_GROUPS} are mapped."))
    if provider.groups and not provider.groups_claim:
        wrong.append(_fault("groups_claim", "Groups are mapped, and nothing says what the provider calls them."))
    if wrong:
        raise InvalidRecord(" ".join(error.message for error in wrong), fields=tuple(wrong))


def _texts(provider: Provider) -> Iterator[FieldError]:
    if not _NAME.fullmatch(provider.name):
        yield _fault("name", f"{provider.name[:60]!r} is no name: lower-case letters, digits and _, at most 40.")
    if not 1 <= len(provider.label.strip()) <= 60 or not provider.label.isprintable():
        yield _fault("label", "The label must have 1 to 60 characters.")
    if len(provider.issuer) > LONGEST or not is_secure_transport(provider.issuer) or not _is_plain(provider.issuer):
        yield _fault("issuer", f"{provider.issuer[:100]!r} is no issuer: an address by https without ? and #.")
    if not 1 <= len(provider.client_id) <= LONGEST or not provider.client_id.isprintable():
        yield _fault("client_id", f"The client id must have 1 to {LONGEST} characters.")
    if "openid" not in provider.scopes or not all(_WORD.fullmatch(one) for one in provider.scopes):
        yield _fault("scopes", "The scopes must be words, and openid one of them.")
    values = provider.second_factor_values
    if len(" ".join(values)) > LONGEST or not all(_WORD.fullmatch(one) for one in values):
        yield _fault("second_factor_values", f"Values of amr and acr are words, together at most {LONGEST} characters.")
    if len(provider.groups_claim) > 100 or not provider.groups_claim.isprintable():
        yield _fault("groups_claim", "The name of the claim must have at most 100 characters.")


def _is_plain(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.query and not parts.fragment and "@" not in parts.netloc and not any(one <= " " for one in url)


def _group(group: GroupMapping, model: Model) -> Iterator[FieldError]:
    if group.kind not in MAPPED_KINDS:
        yield _fault("groups", f"There is no kind {group.kind!r}; there is {', '.join(MAPPED_KINDS)}.")
        return
    known = {
        "role": model.roles,
        "team": model.teams,
        "permission_set": model.permission_sets,
        "permission_group": model.permission_groups,
    }[group.kind]
    if (group.kind, group.name) == ("permission_set", ADMINISTRATOR):
        yield _fault("groups", "Who is an administrator is said with each user, and by no provider.")
    elif group.name not in known:
        yield _fault("groups", f"There is no {group.kind} {group.name[:60]!r}.")
    if not 1 <= len(group.value) <= LONGEST:
        yield _fault("groups", f"The provider's name of a group must have 1 to {LONGEST} characters.")


def _fault(field: str, message: str) -> FieldError:
    return FieldError(field=field, code="invalid_provider", message=message)
