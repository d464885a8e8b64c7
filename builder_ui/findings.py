"""What the layers below find wrong with metadata and formulas -> lines in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from builder_ui.translation import Words
from metamodel import MetadataProblem
from rule_engine import SourceError


def problem_lines(words: Words, problems: Sequence[MetadataProblem]) -> tuple[str, ...]:
    """Without the file: one knows where one is."""
    return tuple(_problem(words, problem) for problem in problems)


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
