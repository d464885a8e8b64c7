"""What is wrong with the records of one batch, collected by every stage and raised once."""

from __future__ import annotations

from collections.abc import Iterable

from trellis.errors import AccessDenied, Conflict, FieldError, InvalidRecord, NotFound, TrellisError

MOST_SHOWN = 1_000
_CLASSES: dict[str, type[TrellisError]] = {
    "not_found": NotFound,
    "access_denied": AccessDenied,
    "conflict": Conflict,
}
_HINTS = {
    "conflict": "Read the record again, apply your changes to it, and send the new version.",
    "access_denied": "An administrator can grant it.",
}


class Refusals:
    """FieldErrors by the index of the record."""

    def __init__(self) -> None:
        self._errors: dict[int, list[FieldError]] = {}

    def add(self, index: int, field: str | None, code: str, message: str) -> None:
        self._errors.setdefault(index, []).append(FieldError(field=field, code=code, message=message, index=index))

    def __contains__(self, index: object) -> bool:
        return index in self._errors

    def __bool__(self) -> bool:
        return bool(self._errors)

    def names(self, index: int) -> frozenset[str | None]:
        """The fields of one record that are wrong already."""
        return frozenset(error.field for error in self._errors.get(index, ()))

    def of(self, index: int) -> tuple[FieldError, ...]:
        return tuple(self._errors.get(index, ()))

    def raise_any(self) -> None:
        """NotFound, AccessDenied or Conflict when that is all that is wrong, else InvalidRecord; with every error."""
        if self._errors:
            raise refusal(error for index in sorted(self._errors) for error in self._errors[index])


def refusal(errors: Iterable[FieldError]) -> TrellisError:
    fields = tuple(errors)
    codes = {error.code for error in fields}
    code = next(iter(codes)) if len(codes) == 1 else ""
    first = fields[0]
    where = f"{first.field}: " if first.field and code not in _CLASSES else ""
    refused = len({error.index for error in fields})
    message = f"{where}{first.message}"
    if len(fields) > 1:
        message = (
            f"{refused:,} {'records were' if refused > 1 else 'record was'} refused, {len(fields):,} errors. {message}"
        )
    return _CLASSES.get(code, InvalidRecord)(message, hint=_HINTS.get(code), fields=fields[:MOST_SHOWN])
