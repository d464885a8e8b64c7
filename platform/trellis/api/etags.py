"""ETags and the headers that name them (RFC 9110): a record's is its version, a description's its content."""

from __future__ import annotations

import hashlib
import re

from metamodel.model import Model
from trellis.api.errors import InvalidParameter

_VERSION_TAG = re.compile(r'(?:W/)?"(\d{1,15})"')


def version_tag(version: int) -> str:
    return f'"{version}"'


def content_tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:16]}"'


def expected_version(if_match: str | None) -> int | None:
    """The version that If-Match names; None without it, or for any version. Raises InvalidParameter."""
    if if_match is None or if_match.strip() == "*":
        return None
    match = _VERSION_TAG.fullmatch(if_match.strip())
    if match is None:
        hint = 'Send the ETag as it came, such as "3".'
        raise InvalidParameter(f"If-Match is {if_match[:60]}; expected one version in quotes.", hint=hint)
    return int(match.group(1))


def seen_tag(if_match: str | None) -> str | None:
    """The tag of a list that If-Match names; None without it, or for any. Raises InvalidParameter."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip()
    if len(tag) < 3 or not (tag.startswith('"') and tag.endswith('"')):
        raise InvalidParameter(
            f"If-Match is {tag[:60]}; expected one ETag in quotes.", hint="Send the ETag as it came."
        )
    return tag[1:-1]


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Whether If-None-Match names `tag`, by the weak comparison of RFC 9110."""
    if if_none_match is None:
        return False
    given = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return tag in given or "*" in given


def follows_version(model: Model, object_name: str, fields: tuple[str, ...]) -> bool:
    """Whether these fields (() for all) change only with the record's version: not so for formulas and for other records' fields."""
    own = model.objects[object_name].fields if object_name in model.objects else {}
    return all(name in own and own[name].is_stored for name in fields or own)
