"""What the layers below find wrong with metadata and formulas -> lines in the reader's language."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence

from builder_ui.translation import Words
from metamodel import MetadataProblem
from rule_engine import SourceError


def problem_lines(words: Words, problems: Sequence[MetadataProblem]) -> tuple[str, ...]:
    """Without the file: one knows where one is."""
    return tuple(_problem(words, problem) for problem in problems)


def problems_by_key(
    words: Words, problems: Sequence[MetadataProblem], at: str, keys: Container[str]
) -> Mapping[str, Sequence[str]]:
    """By the key below the path `at` that they are about, if it is one of `keys`; else under ""."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for problem, line in zip(problems, problem_lines(words, problems), strict=True):
        key = re.split(r"[.\[]", problem.path.removeprefix(f"{at}."))[0]
        found[key if problem.path.startswith(f"{at}.") and key in keys else ""].append(line)
    return found


def source_error_text(words: Words, error: SourceError) -> str:
    """Every finding with its place, the line it is about, and a caret below."""
    lines: list[str] = []
    for one in error.diagnostics:
        place = words.say("line %(line)s, column %(column)s", line=one.line, column=one.column)
        lines += [f"{place}: {words.tell(one.message)}", *one.excerpt(error.source)]
        if one.hint:
            lines.append(f"  {words.tell(one.hint)}")
    return "\n".join(lines)


def _problem(words: Words, problem: MetadataProblem) -> str:
    stop = "。" if words.language.startswith("zh") else "."
    message = words.tell(problem.message).rstrip(".。") + stop
    return f"{message} {words.tell(problem.hint)}" if problem.hint else message
