"""Whether packages, queues and templates name what exists."""

from __future__ import annotations

from collections.abc import Iterator

from metamodel.checks.screens import unknown_object
from metamodel.definitions import Package, Template
from metamodel.draft import Draft
from metamodel.names import did_you_mean
from metamodel.problems import MetadataProblem
from metamodel.versions import is_in_range
from rule_engine.wording import say


def check_others(draft: Draft) -> Iterator[MetadataProblem]:
    for package in draft.packages.values():
        yield from _check_package(draft, package)
    for queue in draft.queues.values():
        for index, name in enumerate(queue.objects):
            target = draft.objects.get(name)
            if target is None:
                yield unknown_object(draft, ("queue", queue.name), name, ("objects", index))
            elif not target.has_owner:
                message = say("records of %(name)s have no owner, so no queue can own them", name=name)
                yield draft.problem(("queue", queue.name), "wrong_type", message, None, ("objects", index))
    for template in draft.templates.values():
        if template.object is not None and template.object not in draft.objects:
            yield unknown_object(draft, ("template", template.name), template.object, ("object",))
        yield from _check_purpose(draft, template)


def _check_purpose(draft: Draft, template: Template) -> Iterator[MetadataProblem]:
    key, purposes = ("template", template.name), draft.organization.consents
    if template.purpose is not None and template.purpose not in purposes:
        message = say("nobody is asked to consent to %(purpose)r", purpose=template.purpose)
        hint = did_you_mean(template.purpose, purposes) or say("Add it to consents in organization.yaml.")
        yield draft.problem(key, "unknown_purpose", message, hint, ("purpose",))
    if template.purpose is not None and template.is_transactional:
        message = say("what people must get asks for no consent")
        hint = say("Leave transactional out, or purpose.")
        yield draft.problem(key, "bad_value", message, hint, ("transactional",))


def _check_package(draft: Draft, package: Package) -> Iterator[MetadataProblem]:
    key = ("package", package.name)
    component, _ = draft.origins[key]
    if component.owner and component.owner != package.name:
        message = say(
            "the package is named %(package)r, but its files belong to %(owner)r",
            package=package.name,
            owner=component.owner,
        )
        yield component.problem("wrong_owner", ("name",), message)
    if not component.owner and package.namespace:
        yield component.problem("wrong_namespace", ("namespace",), say("the tenant's own metadata has no namespace"))
    for dependency in package.dependencies:
        at = ("dependencies", dependency.name)
        found = draft.packages.get(dependency.name)
        try:
            if found is None:
                is_in_range("0.0.0", dependency.versions)
                message = say("the package %(dependency)r is not installed", dependency=dependency.name)
                yield component.problem("missing_dependency", at, message, say("Install it first."))
            elif not is_in_range(found.version, dependency.versions):
                message = say(
                    "%(dependency)s %(version)s is installed, needed is %(versions)s",
                    dependency=dependency.name,
                    version=found.version,
                    versions=dependency.versions,
                )
                yield component.problem(
                    "missing_dependency",
                    at,
                    message,
                    say("Install a version in %(versions)s.", versions=dependency.versions),
                )
        except ValueError as error:
            yield component.problem("bad_value", at, str(error))
