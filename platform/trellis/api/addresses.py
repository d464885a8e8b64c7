"""Every address of the API, and what answers it."""

from __future__ import annotations

from trellis.api import (
    access,
    api_keys,
    approvals,
    audit,
    consents,
    events,
    explanations,
    formulas,
    groups,
    health,
    metadata,
    notifications,
    oauth,
    oauth_clients,
    objects,
    outbox,
    passkeys,
    privacy,
    providers,
    queries,
    queues,
    records,
    rule_calls,
    rules,
    scim,
    second_factor,
    session,
    sessions,
    sign_ins,
    simulations,
    timers,
    users,
    waiting,
    webhooks,
)
from trellis.api.resource import Method, OpenMethod
from trellis.automation.groups import GroupKind

Addresses = dict[str, dict[str, Method | OpenMethod]]

ONE_RECORD = "/api/v1/records/{object}/{id}"


def _group_addresses(kind: GroupKind) -> Addresses:
    return {
        f"/api/v1/{kind}s": {"GET": Method(groups.of(kind, groups.list_all))},
        f"/api/v1/{kind}s/{{name}}/members": {
            "GET": Method(groups.of(kind, groups.list_members)),
            "PUT": Method(groups.of(kind, groups.set_members), is_sensitive=True),
        },
    }


RECORDS: Addresses = {
    "/api/v1/records/{object}": {
        "GET": Method(records.list_records, is_self_checking=True),
        "POST": Method(records.create_records, is_self_checking=True),
    },
    ONE_RECORD: {
        "GET": Method(records.get_record, is_self_checking=True),
        "PATCH": Method(records.update_record, is_self_checking=True),
        "DELETE": Method(records.delete_record),
    },
    f"{ONE_RECORD}/approvals": {
        "GET": Method(approvals.list_of_record),
        "POST": Method(approvals.submit_record),
    },
    f"{ONE_RECORD}/reveal": {"POST": Method(records.reveal_record, is_self_checking=True)},
    f"{ONE_RECORD}/shares": {
        "GET": Method(access.list_record_shares),
        "POST": Method(access.create_record_share),
    },
    f"{ONE_RECORD}/shares/{{share}}": {"DELETE": Method(access.delete_record_share)},
    f"{ONE_RECORD}/consents": {
        "GET": Method(consents.list_of_record),
        "POST": Method(consents.record),
    },
    f"{ONE_RECORD}/restore": {"POST": Method(records.restore_record)},
    "/api/v1/records/{object}/by/{field}/{value:path}": {"PUT": Method(records.upsert_record, is_self_checking=True)},
    "/api/v1/query": {"POST": Method(queries.run_query, is_self_checking=True)},
}
METADATA: Addresses = {
    "/api/v1/objects": {"GET": Method(objects.list_objects)},
    "/api/v1/objects/{object}": {"GET": Method(objects.get_object)},
    "/api/v1/objects/{object}/rules": {"GET": Method(rule_calls.list_callable)},
    "/api/v1/metadata/plan": {"POST": Method(metadata.plan_metadata)},
    "/api/v1/metadata/deploy": {"POST": Method(metadata.deploy_metadata)},
    "/api/v1/metadata/rollback": {"POST": Method(metadata.roll_back_metadata)},
    "/api/v1/metadata/pull": {"GET": Method(metadata.pull_metadata)},
    "/api/v1/metadata/history": {"GET": Method(metadata.list_history)},
    "/api/v1/metadata/history/{revision}": {"GET": Method(metadata.get_revision)},
    "/api/v1/metadata/schemas/{kind}": {"GET": Method(metadata.metadata_schema)},
}
RULES: Addresses = {
    "/api/v1/access/preview": {"POST": Method(metadata.preview_metadata_access)},
    "/api/v1/access/why": {"GET": Method(access.explain_access)},
    "/api/v1/explain/records/{object}/{id}": {"GET": Method(explanations.explain_record)},
    "/api/v1/formulas/check": {"POST": Method(formulas.check_formula)},
    "/api/v1/formulas/complete": {"POST": Method(formulas.complete_formula)},
    "/api/v1/formulas/hover": {"POST": Method(formulas.hover_formula)},
    "/api/v1/formulas/explain": {"POST": Method(formulas.explain_formula)},
    "/api/v1/formulas/format": {"POST": Method(formulas.format_formula)},
    "/api/v1/formulas/functions": {"GET": Method(formulas.get_functions)},
    "/api/v1/rules/simulate": {"POST": Method(simulations.simulate_rules)},
    "/api/v1/rules/check": {"POST": Method(rules.check_rules)},
    "/api/v1/rules/complete": {"POST": Method(rules.complete_rules)},
    "/api/v1/rules/format": {"POST": Method(rules.format_rules)},
    "/api/v1/rules/{name:path}/call": {"POST": Method(rule_calls.call_rule)},
    "/api/v1/events/{event}": {"POST": Method(events.receive)},
    "/api/v1/timers": {"GET": Method(timers.list_waiting)},
    "/api/v1/timers/cancel": {"POST": Method(timers.cancel)},
    "/api/v1/timers/retry": {"POST": Method(timers.retry)},
}
APPROVALS: Addresses = {
    "/api/v1/approvals": {"GET": Method(approvals.list_requests, is_personal=True)},
    "/api/v1/approvals/{id}": {"GET": Method(approvals.get_request, is_personal=True)},
    "/api/v1/approvals/{id}/approve": {"POST": Method(approvals.approve_request, is_personal=True)},
    "/api/v1/approvals/{id}/reject": {"POST": Method(approvals.reject_request, is_personal=True)},
    "/api/v1/approvals/{id}/recall": {"POST": Method(approvals.recall_request, is_personal=True)},
    "/api/v1/approvals/{id}/delegate": {"POST": Method(approvals.delegate_request, is_personal=True)},
}
MESSAGES: Addresses = {
    "/api/v1/notifications": {"GET": Method(notifications.list_notifications, is_personal=True)},
    "/api/v1/notifications/read": {"POST": Method(notifications.read_all_notifications, is_personal=True)},
    "/api/v1/notifications/stream": {
        "GET": Method(notifications.stream_notifications, is_personal=True, is_background=True)
    },
    "/api/v1/notifications/{id}/read": {"POST": Method(notifications.read_notification, is_personal=True)},
    "/api/v1/outbox": {"GET": Method(outbox.get_state)},
    "/api/v1/webhooks": {"GET": Method(webhooks.list_all)},
    "/api/v1/webhooks/posts": {"GET": Method(webhooks.list_sent)},
    "/api/v1/webhooks/posts/{id}/replay": {"POST": Method(webhooks.replay)},
    "/api/v1/webhooks/{webhook}/try": {"POST": Method(webhooks.try_out)},
    "/api/v1/secrets": {"GET": Method(webhooks.list_secret_names)},
    "/api/v1/secrets/{name}": {"PUT": Method(webhooks.put_secret), "DELETE": Method(webhooks.remove_secret)},
    "/api/v1/suppressions": {"GET": Method(webhooks.list_suppressions)},
    "/api/v1/suppressions/{address}": {
        "PUT": Method(webhooks.put_suppression),
        "DELETE": Method(webhooks.remove_suppression),
    },
    "/api/v1/outbox/dead": {"GET": Method(outbox.list_rows)},
    "/api/v1/outbox/dead/replay": {"POST": Method(outbox.replay_rows)},
    "/api/v1/outbox/dead/drop": {"POST": Method(outbox.drop_rows)},
    "/api/v1/outbox/dead/{id}": {
        "GET": Method(outbox.get_row),
        "PATCH": Method(outbox.mend_row),
        "DELETE": Method(outbox.drop_row),
    },
    "/api/v1/outbox/dead/{id}/replay": {"POST": Method(outbox.replay_row)},
}
PEOPLE: Addresses = {
    "/api/v1/queues": {"GET": Method(queues.list_all)},
    "/api/v1/queues/{queue}/members": {"GET": Method(queues.list_members), "PUT": Method(queues.set_members)},
    "/api/v1/queues/waiting": {"GET": Method(waiting.list_own)},
    "/api/v1/queues/{queue}/members/{user}": {"PATCH": Method(waiting.change_member)},
    "/api/v1/queues/{queue}/pull": {"POST": Method(waiting.pull_next)},
    "/api/v1/queues/{queue}/reassign": {"POST": Method(waiting.reassign_records)},
    **_group_addresses("role"),
    **_group_addresses("team"),
    **_group_addresses("permission_set"),
    **_group_addresses("permission_group"),
    "/api/v1/session": {"POST": OpenMethod(session.sign_in), "DELETE": Method(session.sign_out)},
    "/api/v1/session/confirm": {"POST": Method(session.confirm, is_personal=True)},
    "/api/v1/password": {"PUT": Method(sessions.change_password, is_personal=True)},
    "/api/v1/sessions": {
        "GET": Method(sessions.list_open, is_personal=True),
        "DELETE": Method(sessions.end_others, is_personal=True, is_sensitive=True),
    },
    "/api/v1/sessions/{id}": {"DELETE": Method(sessions.end_one, is_personal=True, is_sensitive=True)},
    "/api/v1/session/second-factor": {"POST": OpenMethod(session.finish_sign_in)},
    "/api/v1/session/enrolment": {"POST": OpenMethod(session.begin_enrolment)},
    "/api/v1/second-factor": {
        "GET": Method(second_factor.get_own, is_personal=True),
        "POST": Method(second_factor.begin, is_personal=True, is_sensitive=True),
        "PUT": Method(second_factor.confirm, is_personal=True, is_sensitive=True),
    },
    "/api/v1/second-factor/recovery-codes": {
        "POST": Method(second_factor.make_codes, is_personal=True, is_sensitive=True)
    },
    "/api/v1/second-factor/off": {"POST": Method(second_factor.turn_off, is_personal=True, is_sensitive=True)},
    "/api/v1/users/{id}/second-factor": {"DELETE": Method(second_factor.reset, is_sensitive=True)},
    "/api/v1/sign-ins": {"GET": Method(sign_ins.list_own, is_personal=True)},
    "/api/v1/users": {"GET": Method(users.list_all), "POST": Method(users.create, is_sensitive=True)},
    "/api/v1/users/{id}": {"GET": Method(users.get_one), "PATCH": Method(users.change, is_sensitive=True)},
    "/api/v1/users/{id}/invitation": {"POST": Method(users.invite_one, is_sensitive=True)},
    "/api/v1/users/{id}/sign-ins": {"GET": Method(sign_ins.list_of_user)},
    "/api/v1/users/{id}/sessions": {"DELETE": Method(sessions.end_of_user, is_sensitive=True)},
    "/api/v1/users/{id}/lock": {"GET": Method(sign_ins.get_lock), "DELETE": Method(sign_ins.take_lock_away)},
    "/api/v1/passkeys": {"GET": Method(passkeys.list_own, is_personal=True)},
    "/api/v1/passkeys/{id}": {
        "PATCH": Method(passkeys.rename, is_personal=True),
        "DELETE": Method(passkeys.remove, is_personal=True, is_sensitive=True),
    },
    "/api/v1/users/{id}/passkeys": {"GET": Method(passkeys.list_of_user)},
    "/api/v1/users/{id}/passkeys/{passkey}": {"DELETE": Method(passkeys.remove_of_user, is_sensitive=True)},
    "/api/v1/api-keys": {
        "GET": Method(api_keys.list_own, is_personal=True),
        "POST": Method(api_keys.create, is_personal=True, is_sensitive=True),
    },
    "/api/v1/api-keys/{id}": {"DELETE": Method(api_keys.revoke, is_personal=True)},
    "/api/v1/api-keys/{id}/rotate": {"POST": Method(api_keys.rotate, is_personal=True, is_sensitive=True)},
    "/api/v1/users/{id}/api-keys": {"GET": Method(api_keys.list_of_user)},
    "/api/v1/users/{id}/api-keys/{key}": {"DELETE": Method(api_keys.revoke_of_user)},
}
AUDIT: Addresses = {
    "/api/v1/audit": {"GET": Method(audit.list_rows)},
    "/api/v1/audit/export": {"GET": Method(audit.export_rows)},
    "/api/v1/audit/anchor": {"GET": Method(audit.get_anchor)},
    "/api/v1/audit/verify": {"POST": Method(audit.verify)},
    "/api/v1/audit/{number}": {"GET": Method(audit.get_row)},
}
PRIVACY: Addresses = {
    "/api/v1/privacy/map": {"GET": Method(privacy.get_data_map)},
    "/api/v1/privacy/retention": {"GET": Method(privacy.list_due)},
    "/api/v1/privacy/find": {"POST": Method(privacy.find)},
    "/api/v1/privacy/export": {"POST": Method(privacy.export, is_sensitive=True)},
    "/api/v1/privacy/plan": {"POST": Method(privacy.plan)},
    "/api/v1/privacy/erase": {"POST": Method(privacy.erase, is_sensitive=True)},
}
OAUTH: Addresses = {
    "/oauth/{tenant}/.well-known/openid-configuration": {"GET": OpenMethod(oauth.get_metadata)},
    "/.well-known/oauth-authorization-server/oauth/{tenant}": {"GET": OpenMethod(oauth.get_metadata)},
    "/oauth/{tenant}/jwks": {"GET": OpenMethod(oauth.get_keys)},
    "/oauth/{tenant}/token": {"POST": OpenMethod(oauth.post_token)},
    "/oauth/{tenant}/revoke": {"POST": OpenMethod(oauth.post_revocation)},
    "/oauth/{tenant}/introspect": {"POST": OpenMethod(oauth.post_introspection)},
    "/oauth/{tenant}/userinfo": {"GET": Method(oauth.get_user_info), "POST": Method(oauth.get_user_info)},
    "/api/v1/oauth/clients": {
        "GET": Method(oauth_clients.list_all),
        "POST": Method(oauth_clients.create, is_sensitive=True),
    },
    "/api/v1/oauth/clients/{id}": {
        "GET": Method(oauth_clients.get_one),
        "PATCH": Method(oauth_clients.change, is_sensitive=True),
        "DELETE": Method(oauth_clients.delete, is_sensitive=True),
    },
    "/api/v1/oauth/clients/{id}/secret": {"POST": Method(oauth_clients.renew_secret, is_sensitive=True)},
    "/api/v1/oauth/keys": {"GET": Method(oauth_clients.list_signing_keys)},
    "/api/v1/oauth/keys/rotate": {"POST": Method(oauth_clients.rotate_signing_keys, is_sensitive=True)},
    "/api/v1/providers": {"GET": Method(providers.list_all), "POST": Method(providers.create, is_sensitive=True)},
    "/api/v1/providers/{name}": {
        "GET": Method(providers.get_one),
        "PATCH": Method(providers.change, is_sensitive=True),
        "DELETE": Method(providers.delete, is_sensitive=True),
    },
    "/api/v1/oauth/programs": {"GET": Method(oauth_clients.list_own_allowed, is_personal=True)},
    "/api/v1/oauth/programs/{id}": {"DELETE": Method(oauth_clients.disallow_own, is_personal=True)},
}
SCIM: Addresses = {
    "/scim/v2/ServiceProviderConfig": {"GET": OpenMethod(scim.speaking(scim.get_config))},
    "/scim/v2/ResourceTypes": {"GET": OpenMethod(scim.speaking(scim.list_types))},
    "/scim/v2/ResourceTypes/{id}": {"GET": OpenMethod(scim.speaking(scim.get_type))},
    "/scim/v2/Schemas": {"GET": OpenMethod(scim.speaking(scim.list_schemas))},
    "/scim/v2/Schemas/{id}": {"GET": OpenMethod(scim.speaking(scim.get_schema))},
    "/scim/v2/Users": {
        "GET": OpenMethod(scim.speaking(scim.list_users)),
        "POST": OpenMethod(scim.speaking(scim.create_user)),
    },
    "/scim/v2/Users/{id}": {
        "GET": OpenMethod(scim.speaking(scim.get_user)),
        "PUT": OpenMethod(scim.speaking(scim.replace_user)),
        "PATCH": OpenMethod(scim.speaking(scim.patch_user)),
        "DELETE": OpenMethod(scim.speaking(scim.remove_user)),
    },
    "/scim/v2/Groups": {
        "GET": OpenMethod(scim.speaking(scim.list_groups)),
        "POST": OpenMethod(scim.speaking(scim.refuse_group)),
    },
    "/scim/v2/Groups/{id}": {
        "GET": OpenMethod(scim.speaking(scim.get_group)),
        "PUT": OpenMethod(scim.speaking(scim.replace_group)),
        "PATCH": OpenMethod(scim.speaking(scim.patch_group)),
        "DELETE": OpenMethod(scim.speaking(scim.refuse_group)),
    },
}
SERVICE: Addresses = {
    "/api/v1/openapi.json": {"GET": Method(objects.get_openapi)},
    "/health": {"GET": OpenMethod(health.get_health)},
}

ADDRESSES: Addresses = {
    **RECORDS,
    **METADATA,
    **RULES,
    **APPROVALS,
    **MESSAGES,
    **PEOPLE,
    **AUDIT,
    **PRIVACY,
    **OAUTH,
    **SCIM,
    **SERVICE,
}
