"""Encrypted fields: values to what is stored of them and back, and what is shown of those that stay sealed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from metamodel.fields.field import Field
from metamodel.fields.sealed import HIDDEN, Sealed, masked
from trellis.query.paths import FieldPath
from trellis.security.encryption.errors import CannotUnseal
from trellis.tenancy.compiled import CompiledModel

logger = logging.getLogger(__name__)


def seal_value(compiled: CompiledModel, object_name: str, field: Field, record_id: str, value: str) -> Sealed:
    """What is stored of the value of one record. Raises NoMasterKey."""
    text = compiled.keys.seal(sealed_purpose(compiled, object_name, field), value.encode(), about=record_id)
    return Sealed(text=text, mark=_mark(compiled, object_name, field, value), record_id=record_id)


def mark_of(compiled: CompiledModel, object_name: str, field: Field, value: str | None) -> str | None:
    """What equal values of the field have in common. Raises NoMasterKey."""
    return None if value is None else _mark(compiled, object_name, field, value)


def open_value(compiled: CompiledModel, object_name: str, field: Field, value: Sealed) -> str:
    """The value in the clear. Raises CannotUnseal, which goes into the log: somebody was at the database; NoMasterKey."""
    purpose = sealed_purpose(compiled, object_name, field)
    try:
        return compiled.keys.open(purpose, value.text, about=value.record_id or "").decode()
    except CannotUnseal as error:
        logger.error("%s.%s of the record %s: %s", object_name, field.name, value.record_id, error.message)
        raise


def shown_value(compiled: CompiledModel, object_name: str, field: Field, value: Sealed) -> str:
    """As much of it as the field shows; nothing of one that does not open."""
    if field.mask in (None, "all"):
        return HIDDEN
    try:
        return masked(open_value(compiled, object_name, field, value), field.mask)
    except CannotUnseal:
        return HIDDEN


def hide_sealed(
    compiled: CompiledModel, fields: Mapping[str, FieldPath], rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The rows, in which what is shown stands instead of what is sealed. `fields`: by the names that values have in the rows."""
    for name, path in fields.items():
        if path.field.encrypted:
            for row in rows:
                if isinstance(row[name], Sealed):
                    row[name] = shown_value(compiled, path.objects[-1], path.field, row[name])
    return rows


def _mark(compiled: CompiledModel, object_name: str, field: Field, value: str) -> str:
    return compiled.keys.mark(sealed_purpose(compiled, object_name, field), value.encode())


def sealed_purpose(compiled: CompiledModel, object_name: str, field: Field) -> str:
    return compiled.model.object(object_name).purpose_of(field)
