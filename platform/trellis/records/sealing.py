"""Values of encrypted fields are sealed as soon as they are understood: no later stage, rule or note sees one in the clear."""

from __future__ import annotations

from collections.abc import Sequence

from metamodel.fields.field import Field
from metamodel.fields.sealed import Sealed
from trellis.automation.hooks import SaveContext
from trellis.query.sealed import seal_value, shown_value
from trellis.records.draft import Draft
from trellis.records.masked import Masked
from trellis.records.refusals import Refusals
from trellis.records.shape import Shape


def seal_drafts(context: SaveContext, shape: Shape, drafts: Sequence[Draft], refusals: Refusals) -> None:
    """What is given back as it was shown leaves the value as it was, and so does the value itself. Raises NoMasterKey."""
    for name in shape.encrypted:
        field = shape.stored[name]
        for draft in drafts:
            value, old = draft.values[name], (draft.change.old or {}).get(name)
            if isinstance(value, Masked):
                if isinstance(old, Sealed) and _shown(context, shape, field, old) == value.text:
                    draft.values[name] = old
                    continue
                draft.values[name] = old
                message = "Is what is shown instead of a value. Give the value itself, or leave the field out."
                refusals.add(draft.index, name, "masked", message)
            elif isinstance(value, str):
                sealed = seal_value(context.compiled, shape.object.name, field, draft.change.id, value)
                draft.values[name] = old if sealed == old else sealed


def _shown(context: SaveContext, shape: Shape, field: Field, value: Sealed) -> str:
    return shown_value(context.compiled, shape.object.name, field, value)
