"""Semantic versions (semver.org 2.0.0) and ranges such as ">=1.2,<2"."""

from __future__ import annotations

import re

_VERSION = re.compile(r"(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:-([0-9A-Za-z.-]{1,40}))?\Z")
_CLAUSE = re.compile(r"\s*(>=|<=|==|=|!=|>|<)?\s*(\S+)\s*\Z")

Precedence = tuple[int, int, int, tuple[tuple[int, int, str], ...]]
_RELEASE = ((2, 0, ""),)


def precedence(version: str) -> Precedence:
    """A key that orders versions; missing parts are 0, a pre-release comes before its release. Raises ValueError."""
    match = _VERSION.match(version)
    if match is None:
        raise ValueError(f"{version!r} is not a version such as 1.0.0")
    major, minor, patch, label = match.groups()
    parts = (
        tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in label.split("."))
        if label
        else _RELEASE
    )
    return int(major), int(minor or 0), int(patch or 0), parts


def is_in_range(version: str, versions: str) -> bool:
    """Whether the version meets every clause of the range, separated by commas. Raises ValueError for a range that is none."""
    found = precedence(version)
    return all(_holds(found, clause) for clause in versions.split(","))


def _holds(found: Precedence, clause: str) -> bool:
    match = _CLAUSE.match(clause)
    if match is None:
        raise ValueError(f"{clause.strip()!r} is not a range such as >=1.2,<2")
    operator, wanted = match.group(1) or "==", precedence(match.group(2))
    match operator:
        case ">=":
            return found >= wanted
        case "<=":
            return found <= wanted
        case ">":
            return found > wanted
        case "<":
            return found < wanted
        case "!=":
            return found != wanted
        case _:
            return found == wanted
