"""What the pages about providers outside show."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.forms.model import Widget


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRow:
    label: str
    issuer: str
    href: str
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderList:
    providers: tuple[ProviderRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderForm:
    """A new provider, or one there is. `back`: the redirect address that the provider has to know, "" as long as it has no name."""

    title: str
    action: str
    widgets: tuple[Widget, ...]
    errors: tuple[str, ...] = ()
    back: str = ""
    is_new: bool = False
