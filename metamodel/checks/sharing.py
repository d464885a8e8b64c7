"""Whether objects are shared in a way that they can be, with people there are. Conditions are checked with all other formulas."""

from __future__ import annotations

from collections.abc import Iterator

from metamodel.access_definitions import PrincipalKind, SharingRule
from metamodel.component import Component
from metamodel.definitions import Object
from metamodel.draft import Draft, Key
from metamodel.fields.reference import MasterDetailField
from metamodel.names import did_you_mean
from metamodel.problems import MetadataProblem
from metamodel.yaml_reader import Path
from rule_engine.wording import say


def check_sharing(draft: Draft) -> Iterator[MetadataProblem]:
    for target in draft.objects.values():
        yield from _check_parent(draft, target)
    for component in draft.components:
        if component.kind == "sharing":
            yield from _check_file(draft, component)
    for sharing in draft.sharing.values():
        shared = draft.objects.get(sharing.object)
        for rule in sharing.rules.values():
            yield from _check_rule(draft, shared, ("sharing_rule", sharing.object, rule.name), rule)
        for one in sharing.restrictions.values():
            key = ("restriction_rule", sharing.object, one.name)
            yield from _check_principals(draft, key, "applies_to")


def _check_parent(draft: Draft, target: Object) -> Iterator[MetadataProblem]:
    has_master = any(isinstance(field, MasterDetailField) for field in target.fields.values())
    if target.sharing == "controlled_by_parent" and not has_master:
        message = say("%(object)s has no master_detail field, so there is no parent to control it", object=target.name)
        hint = say("Allowed: %(names)s.", names="private, read, read_write")
        here: Key = ("sharing_default", target.name)
        if here in draft.origins:
            yield draft.problem(here, "bad_value", message, hint)
        else:
            yield draft.problem(("object", target.name), "bad_value", message, hint, ("sharing",))


def _check_file(draft: Draft, component: Component) -> Iterator[MetadataProblem]:
    target = draft.objects.get(component.name)
    if target is None:
        message = say("there is no object %(name)r", name=component.name)
        yield component.problem("unknown_object", (), message, did_you_mean(component.name, draft.objects))
    elif target.is_system:
        yield component.problem("wrong_object", (), say("records of %(object)s are not shared", object=target.name))
    else:
        yield from _check_default(draft, component)
        yield from _check_open_to_rules(component, target)


def _check_default(draft: Draft, component: Component) -> Iterator[MetadataProblem]:
    if "default" not in (component.body or {}):
        return
    if component.owner:
        message = say("only the organization itself says how open somebody else's object is")
        yield component.problem("bad_value", ("default",), message, say("Leave default out; rules may open records."))
    elif draft.origins[("object", component.name)][0].owner == component.owner:
        message = say("%(object)s is your own object", object=component.name)
        yield component.problem("bad_value", ("default",), message, say("Say it there, as its sharing."))


def _check_open_to_rules(component: Component, target: Object) -> Iterator[MetadataProblem]:
    body = component.body or {}
    if target.sharing == "controlled_by_parent" and (body.get("rules") or body.get("restrictions")):
        message = say("records of %(object)s are seen by those who see their parent", object=target.name)
        yield component.problem(
            "wrong_object", (), message, say("Share the parent, or give the object another sharing.")
        )


def _check_rule(draft: Draft, target: Object | None, key: Key, rule: SharingRule) -> Iterator[MetadataProblem]:
    body = draft.body(key)
    if "when" in body and "owned_by" in body:
        message = say("a rule goes either by a condition or by the owner")
        yield draft.problem(key, "bad_value", message, say("Make two rules of it."), ("owned_by",))
    elif "when" not in body and "owned_by" not in body:
        message = say("the rule does not say which records it shares")
        yield draft.problem(key, "missing_key", message, say("Give it when, or owned_by."))
    if rule.owned_by and target is not None and not target.has_owner:
        message = say("records of %(object)s have no owner", object=target.name)
        yield draft.problem(key, "wrong_object", message, say("Write a condition: when."), ("owned_by",))
    yield from _check_principals(draft, key, "owned_by")
    yield from _check_principals(draft, key, "share_with")


def _check_principals(draft: Draft, key: Key, part: str) -> Iterator[MetadataProblem]:
    known: dict[PrincipalKind, tuple[str, ...]] = {
        "role": tuple(draft.roles),
        "role_and_below": tuple(draft.roles),
        "team": tuple(draft.teams),
        "queue": tuple(draft.queues),
        "permission_set": tuple(draft.permission_sets),
    }
    for index, principal in enumerate(draft.body(key).get(part, ())):
        if isinstance(principal, str):
            continue
        for kind, name in principal.items():
            if name not in known[kind]:
                at: Path = (part, index, kind)
                yield draft.problem(key, *_unknown(kind, name), did_you_mean(name, known[kind]), at)


def _unknown(kind: PrincipalKind, name: str) -> tuple[str, str]:
    match kind:
        case "team":
            return "unknown_team", say("there is no team %(name)r", name=name)
        case "queue":
            return "unknown_queue", say("there is no queue %(name)r", name=name)
        case "permission_set":
            return "unknown_permission_set", say("there is no permission set %(name)r", name=name)
        case _:
            return "unknown_role", say("there is no role %(name)r", name=name)
