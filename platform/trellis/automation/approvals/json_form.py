"""Requests for approval as JSON, for the API and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metamodel.model import Model
from trellis.automation.approvals.desk import Ahead, OfRecord, Sight
from trellis.automation.approvals.notices import approval_labels
from trellis.automation.approvals.reading import Event, Listed
from trellis.automation.people import Person

JsonObject = dict[str, Any]
ACTS = ("approve", "reject", "delegate", "recall")


def listed_json(listed: Listed, model: Model, language: str) -> JsonObject:
    labels = approval_labels(model, listed.object, language).get(listed.approval, {})
    return {
        "id": listed.id,
        "approval": listed.approval,
        "label": labels.get("", listed.approval),
        "object": listed.object,
        "record_id": listed.record_id,
        "title": listed.title,
        "status": listed.status,
        "step": listed.step,
        "step_label": labels.get(listed.step, listed.step) if listed.step else None,
        "comment": listed.comment,
        "submitted_by": _person(listed.submitted_by),
        "submitted_at": listed.submitted_at,
        "ended_at": listed.ended_at,
    }


def sight_json(sight: Sight, model: Model, language: str) -> JsonObject:
    """Everything about a request: who is asked, what happened, what is ahead, what the caller may do."""
    labels = approval_labels(model, sight.request.object, language).get(sight.request.approval, {})
    return {
        **listed_json(sight.request, model, language),
        "needed": sight.request.needed if sight.request.status == "pending" else None,
        "waiting_for": [_person(vote.user) for vote in sight.opened.waiting],
        "may": [act for act in ACTS if act in sight.may],
        "history": [_event(event) for event in sight.opened.events],
        "ahead": [_ahead(step, labels) for step in sight.ahead],
    }


def of_record_json(found: OfRecord, model: Model, language: str) -> JsonObject:
    labels = approval_labels(model, found.submittable[0].object, language) if found.submittable else {}
    return {
        "requests": [listed_json(one, model, language) for one in found.requests],
        "submittable": [{"name": one.name, "label": labels[one.name][""]} for one in found.submittable],
    }


def _event(event: Event) -> JsonObject:
    is_reason = event.kind in ("passed_over", "ended")
    return {
        "kind": event.kind,
        "step": event.step,
        "by": _person(event.user),
        "to": _person(event.other),
        "comment": None if is_reason else event.comment,
        "reason": event.comment if is_reason else None,
        "at": event.happened_at,
    }


def _ahead(step: Ahead, labels: Mapping[str, str]) -> JsonObject:
    offer = step.offer
    return {
        "step": step.name,
        "step_label": labels.get(step.name, step.label),
        "passed_over": offer.passed_over if offer else None,
        "needed": offer.needed if offer and offer.passed_over is None else None,
        "people": [_person(person) for person in step.people],
    }


def _person(person: Person | None) -> JsonObject | None:
    return None if person is None else {"id": person.id, "username": person.username, "name": person.name}
