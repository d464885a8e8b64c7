"""docs/reference/errors.md: every stable code, with its status where HTTP gives it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.docs.reference.code_scan import problem_codes
from tests.docs.reference.codes import FORMULAS, PROBLEMS, SOURCES, VALUES
from tests.docs.reference.markdown import page, paragraph
from trellis.api.problems import describe_error
from trellis.errors import TrellisError

# What only the command line and the log tell, never an HTTP answer.
WITHOUT_STATUS = (
    "delivery_failed",
    "invalid_package",
    "invalid_recipe",
    "invalid_settings",
    "invalid_sfdx_source",
    "request_failed",
    "request_refused",
    "template_refused",
    "wrong_master_key",
)

INTRODUCTION = """
Codes are stable: programs may rely on them, not on the wording of messages. HTTP gives them in `code` of a
[problem](../api.md#errors), the command line with `--json` in `error.code`.

- [Codes of problems](#codes-of-problems): why a request or a command was refused.
- [Codes of fields](#codes-of-fields): what is wrong with one field of one record.
- [Codes of metadata, formulas and rules](#codes-of-metadata-formulas-and-rules): what is wrong with a source file.
- [Failures of formulas](#failures-of-formulas): what IFERROR catches.
"""


def render() -> str:
    known = statuses()
    parts = ["## Codes of problems", *(_problem(code, text, known.get(code)) for code, text in PROBLEMS.items())]
    parts += _group(
        "Codes of fields",
        "Members of `errors`, beside `field`, `message` and `index` (its place in the batch).",
        VALUES,
    )
    parts += _group(
        "Codes of metadata, formulas and rules",
        "Members of `errors`, beside `file`, `line`, `path`, `message` and `hint`.",
        SOURCES,
    )
    parts += _group(
        "Failures of formulas",
        "A filter or a formula field that fails gives blank; a rule or a validation refuses the save.",
        FORMULAS,
    )
    return page("Error codes", INTRODUCTION, parts)


def statuses() -> Mapping[str, int]:
    """The HTTP status of each code that HTTP gives."""
    problem_codes()  # Imports every module that has an error class.
    found = {}
    for error in _classes(TrellisError):
        if error.code in PROBLEMS and error.code not in WITHOUT_STATUS:
            found[error.code] = describe_error(_example(error)).status
    return found


def _classes(error: type[TrellisError]) -> list[type[TrellisError]]:
    return [error, *(below for direct in error.__subclasses__() for below in _classes(direct))]


def _example(error: type[TrellisError]) -> TrellisError:
    """An instance without arguments: only its class matters."""
    made = error.__new__(error)
    TrellisError.__init__(made, "")
    made.allowed, made.retry_after_s, made.problems = (), 1, ()  # type: ignore[attr-defined]  # of those classes that have them
    return made


def _problem(code: str, text: str, status: int | None) -> str:
    return f"### {code}\n\n{paragraph(f'{status}. {text}' if status else text)}"


def _group(title: str, introduction: str, codes: Mapping[str, str]) -> list[str]:
    return [f"## {title}", introduction, "\n".join(f"- `{code}`: {text}" for code, text in codes.items())]
