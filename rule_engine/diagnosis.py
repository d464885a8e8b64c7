"""Makes diagnostics: offsets into line and column, wrong names into the nearest right one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from rule_engine.errors import Diagnostic
from rule_engine.wording import say


def diagnose(
    source: str,
    code: str,
    message: str,
    start: int,
    end: int,
    hint: str | None = None,
    *,
    expected: str | None = None,
    found: str | None = None,
) -> Diagnostic:
    """A diagnostic about source[start:end]."""
    start = max(0, min(start, len(source)))
    before = source[:start]
    line = before.count("\n") + 1
    column = start - (before.rfind("\n") + 1) + 1
    return Diagnostic(
        code=code,
        message=message,
        start=start,
        end=max(end, start),
        line=line,
        column=column,
        hint=hint,
        expected=expected,
        found=found,
    )


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The shortest candidate that begins with `name`, else the one most like it, whatever the letter case; None when none is close."""
    by_lower = {candidate.lower(): candidate for candidate in candidates}
    wanted = name.lower()[:100]
    begun = [known for known in by_lower if known.startswith(wanted)] if len(wanted) > 1 else []
    found = [min(begun, key=len)] if begun else difflib.get_close_matches(wanted, list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """A hint naming the nearest candidate."""
    match = nearest(name, candidates)
    return say('Did you mean "%(name)s"?', name=match) if match else None
