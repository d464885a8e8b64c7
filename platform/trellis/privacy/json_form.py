"""The map, found records and plans as plain JSON values, for the API and for commands."""

from __future__ import annotations

from typing import Any

from trellis.privacy.data_map import MarkedObject
from trellis.privacy.erase import ErasurePlan, PlannedRecord
from trellis.privacy.find import FoundRecord
from trellis.privacy.retention import DueRecords


def map_json(marked: MarkedObject) -> dict[str, Any]:
    return {
        "object": marked.object.name,
        "label": marked.object.label,
        "erasure": marked.erasure,
        "fields": [
            {
                "field": one.field.name,
                "label": one.field.label,
                "type": one.field.type_name,
                "category": one.category,
                "effect": one.effect,
            }
            for one in marked.fields
        ],
        "links": [{"field": link.name, "label": link.label, "object": link.object} for link in marked.links],
        "unmarked": [{"field": field.name, "label": field.label, "type": field.type_name} for field in marked.unmarked],
    }


def found_json(record: FoundRecord) -> dict[str, Any]:
    return {
        "object": record.object,
        "id": record.id,
        "version": record.version,
        "is_in_bin": record.is_in_bin,
        "why": record.why,
        "field": record.field,
    }


def due_json(due: DueRecords) -> dict[str, Any]:
    return {
        "object": due.object.name,
        "label": due.object.label,
        "rule": due.rule.name,
        "after_days": due.rule.after_days,
        "since": due.rule.since,
        "when": due.rule.when,
        "then": due.rule.then,
        "due": due.count,
        "is_exact": due.is_exact,
    }


def plan_json(plan: ErasurePlan) -> dict[str, Any]:
    return {
        "records": [_planned_json(one) for one in plan.records],
        "copies": dict(plan.copies),
        "fingerprint": plan.fingerprint,
    }


def _planned_json(one: PlannedRecord) -> dict[str, Any]:
    return {**found_json(one.record), "fate": one.fate, "erased": list(one.erased), "left": list(one.left)}
