"""The model and what the actor may do -> the whole OpenAPI 3.1 document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from metamodel.definitions import Object
from metamodel.model import Model
from trellis.api.describe import as_written, may_change, may_write
from trellis.api.openapi.access_paths import access_paths
from trellis.api.openapi.answers import shared_parameters, shared_responses, shared_schemas
from trellis.api.openapi.api_key_paths import api_key_paths
from trellis.api.openapi.approval_paths import approval_paths
from trellis.api.openapi.assignee_paths import assignee_paths
from trellis.api.openapi.audit_paths import audit_paths
from trellis.api.openapi.consent_paths import consent_paths
from trellis.api.openapi.event_paths import event_paths
from trellis.api.openapi.explanation_paths import explanation_paths
from trellis.api.openapi.formula_paths import formula_paths
from trellis.api.openapi.oauth_paths import oauth_paths
from trellis.api.openapi.objects import ObjectGrant, record_paths
from trellis.api.openapi.outbox_paths import outbox_paths
from trellis.api.openapi.passkey_paths import passkey_paths
from trellis.api.openapi.platform_paths import platform_paths
from trellis.api.openapi.privacy_paths import privacy_paths
from trellis.api.openapi.provider_paths import provider_paths
from trellis.api.openapi.rule_paths import rule_paths
from trellis.api.openapi.schemas import page_schema, record_schemas
from trellis.api.openapi.scim_paths import scim_paths
from trellis.api.openapi.second_factor_paths import second_factor_paths
from trellis.api.openapi.sign_in_paths import sign_in_paths
from trellis.api.openapi.simulation_paths import simulation_paths
from trellis.api.openapi.timer_paths import timer_paths
from trellis.api.openapi.user_paths import user_paths
from trellis.api.openapi.webhook_paths import webhook_paths
from trellis.security.access import Access
from trellis.security.actor import Actor

JsonObject = dict[str, Any]


def build_document(model: Model, access: Access, actor: Actor, *, tenant: str, revision: int) -> JsonObject:
    grants = tuple(_grants(model.objects.values(), access, actor))
    paths: JsonObject = {}
    schemas = shared_schemas()
    for grant in grants:
        paths.update(record_paths(grant))
        schemas.update(record_schemas(grant.object, grant.readable, grant.writable))
        schemas[f"{grant.object.name}_page"] = page_schema(grant.object.name)
    names = tuple(grant.object.name for grant in grants)
    paths.update(platform_paths(names))
    paths.update(explanation_paths(names))
    paths.update(access_paths(names))
    paths.update(consent_paths(model, names))
    paths.update(formula_paths(names))
    paths.update(outbox_paths())
    paths.update(webhook_paths())
    paths.update(simulation_paths(names))
    paths.update(rule_paths())
    paths.update(assignee_paths())
    paths.update(simulation_paths(names))
    paths.update(user_paths())
    paths.update(api_key_paths())
    paths.update(passkey_paths())
    paths.update(sign_in_paths())
    paths.update(second_factor_paths())
    paths.update(oauth_paths())
    paths.update(provider_paths())
    paths.update(scim_paths())
    paths.update(event_paths())
    paths.update(audit_paths())
    paths.update(privacy_paths())
    paths.update(timer_paths())
    paths.update(approval_paths(_approvals(model, names)))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Trellis: {tenant}",
            "version": f"1.{revision}",
            "summary": "Records and metadata of one tenant.",
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": "/"}],
        "security": [{"api_key": []}, {"session": []}],
        "tags": [{"name": grant.object.name, "description": grant.object.plural_label} for grant in grants],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": shared_parameters(),
            "responses": shared_responses(),
            "securitySchemes": {
                "api_key": {"type": "http", "scheme": "bearer", "description": "An API key."},
                "session": {"type": "apiKey", "in": "cookie", "name": "trellis_session"},
            },
        },
    }


def _approvals(model: Model, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Those that records can be submitted for, by object."""
    found = {name: tuple(one.name for one in model.rules_for(name).approvals if one.is_active) for name in names}
    return {name: approvals for name, approvals in found.items() if approvals}


def _grants(objects: Iterable[Object], access: Access, actor: Actor) -> Iterable[ObjectGrant]:
    for target in objects:
        if not access.decide(actor, "read", target.name).allowed:
            continue
        fields = target.fields.values()
        yield ObjectGrant(
            object=target,
            revealable=tuple(
                field.name
                for field in fields
                if field.encrypted and access.decide(actor, "reveal", target.name, field.name).allowed
            ),
            readable=tuple(field for field in fields if access.decide(actor, "read", target.name, field.name).allowed),
            writable=tuple(
                as_written(access, actor, target, field) for field in fields if may_write(access, actor, target, field)
            ),
            can_create=may_change(access, actor, target, "create"),
            can_update=may_change(access, actor, target, "update"),
            can_delete=may_change(access, actor, target, "delete"),
        )
