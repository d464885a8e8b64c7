"""What an ID token says of how somebody signed in there -> whether that is a second factor here. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trellis.security.outside.model import Provider


def is_second_factor_shown(provider: Provider, claims: Mapping[str, Any]) -> bool:
    """`claims`: of the signed ID token alone. `amr` lists methods, `acr` names a class of sign-ins (OpenID Connect Core, 2)."""
    methods, level = claims.get("amr"), claims.get("acr")
    said = [*(methods if isinstance(methods, list) else ()), level]
    return any(isinstance(one, str) and one in provider.second_factor_values for one in said)
