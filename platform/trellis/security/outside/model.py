"""Providers of OpenID Connect outside, by which people sign in here, and what they say of somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

MappedKind = Literal["role", "team", "permission_set", "permission_group"]
MAPPED_KINDS: tuple[MappedKind, ...] = ("role", "team", "permission_set", "permission_group")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMapping:
    """Whoever is in the provider's group `value` belongs to this group here, and who is not does not."""

    value: str
    kind: MappedKind
    name: str


def read_mapping(text: str) -> GroupMapping:
    """`CRM Sales = role.rep`. What is no mapping is one to nothing, which is refused by name."""
    value, _, named = text.rpartition("=")
    kind, _, name = named.strip().partition(".")
    return GroupMapping(value=value.strip(), kind=kind, name=name)  # type: ignore[arg-type]  # checked with everything else


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """`creates_users`: whether somebody unknown gets a user; `links_by_email`: whether a user here with an address that the provider has
    verified is taken for the same person; `groups_claim`: what the provider calls the groups of a person, "" for none;
    `second_factor_values`: the values of `amr` or `acr` by which the provider is believed that somebody showed a second factor there;
    without any of them it is asked for here."""

    name: str
    label: str
    issuer: str
    client_id: str
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    creates_users: bool = False
    links_by_email: bool = False
    groups_claim: str = ""
    groups: tuple[GroupMapping, ...] = ()
    second_factor_values: tuple[str, ...] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Of what a provider publishes, what signing in needs."""

    authorization: str
    token: str
    keys: str
    user_info: str | None
    posts_secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What is remembered while somebody is away at the provider. `next`: where they wanted to go; `until`: when they are too late."""

    provider: str
    state: str
    nonce: str
    verifier: str
    next: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Somebody as the provider has proved them. `claims`: everything that it said; `has_second_factor`: whether it is believed that they
    showed a second factor there."""

    provider: Provider
    subject: str
    claims: Mapping[str, Any]
    has_second_factor: bool = False

    def text(self, name: str) -> str:
        """Blank for what is not said, or is no text in one line."""
        value = self.claims.get(name)
        return value.strip() if isinstance(value, str) and value.isprintable() else ""

    @property
    def groups(self) -> frozenset[str]:
        value = self.claims.get(self.provider.groups_claim) if self.provider.groups_claim else None
        texts = value if isinstance(value, list) else [value]
        return frozenset(one for one in texts if isinstance(one, str))
