"""What is wrong with metadata: problems with a place and a way to mend them, and the errors that carry them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataProblem:
    """One finding. `code` is stable; `line` counts from 1, 0 when there is no line; `path` is dotted, such as
    "fields.status.values[0].hue", "" for the file as a whole."""

    code: str
    file: str
    line: int
    path: str
    message: str
    hint: str | None = None

    def render(self) -> str:
        """`objects/lead.yaml:12: fields.status: message. Hint`"""
        place = f"{self.file}:{self.line}" if self.line else self.file
        text = ": ".join(part for part in (place, self.path, self.message) if part)
        return f"{text.removesuffix('.')}. {self.hint}" if self.hint else text

    def to_json(self) -> dict[str, object]:
        return asdict(self)


_SHOWN = 50


class MetamodelError(Exception):
    """Root of all errors of this package but FieldValueError."""


class MetadataError(MetamodelError):
    """Components that do not hold together; carries every problem found."""

    def __init__(self, problems: Iterable[MetadataProblem]) -> None:
        self.problems = tuple(problems)
        lines = [problem.render() for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"... and {len(self.problems) - _SHOWN:,} more")
        super().__init__("\n".join(lines))


class UnknownName(MetamodelError, LookupError):
    """A name that the model does not have. `what` is a word such as "object"; `hint` names the nearest one, if any."""

    def __init__(self, what: str, name: str, hint: str | None = None) -> None:
        self.what = what
        self.name = name
        self.hint = hint
        super().__init__(f"there is no {what} {name!r}" + (f". {hint}" if hint else ""))
