"""The bodies of packages, picklists, queues, templates and translations -> definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from metamodel.building.fields import build_values
from metamodel.component import Component
from metamodel.definitions import Dependency, Package, Picklist, Queue, RuleFile, Template, TemplateText, Translation


def build_package(component: Component) -> Package:
    body = component.body or {}
    return Package(
        name=body["name"],
        namespace=body.get("namespace", ""),
        version=body["version"],
        label=body["label"],
        description=body.get("description"),
        dependencies=tuple(
            Dependency(name=name, versions=versions) for name, versions in body.get("dependencies", {}).items()
        ),
        exports=tuple(body.get("exports", ())),
    )


def build_picklist(component: Component) -> Picklist:
    body = component.body or {}
    return Picklist(
        name=component.name, label=body["label"], values=build_values(body["values"]), owner=component.owner
    )


def build_queues(component: Component) -> tuple[Queue, ...]:
    return tuple(
        Queue(name=name, label=queue["label"], objects=tuple(queue.get("objects", ())), owner=component.owner)
        for name, queue in (component.body or {}).items()
    )


def build_template(component: Component) -> Template:
    body = component.body or {}
    texts = {
        language: TemplateText(subject=text["subject"], body=text["body"], html=text.get("html"))
        for language, text in body["texts"].items()
    }
    return Template(
        name=component.name,
        label=body["label"],
        object=body.get("object"),
        texts=MappingProxyType(texts),
        is_transactional=body.get("transactional", False),
        purpose=body.get("purpose"),
        owner=component.owner,
    )


def build_translation(component: Component) -> Translation:
    return Translation(
        language=component.name, texts=MappingProxyType(dict(_flattened(component.body or {}))), owner=component.owner
    )


def build_rule_file(component: Component) -> RuleFile:
    return RuleFile(path=component.path, source=component.source, owner=component.owner)


def _flattened(texts: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from _flattened(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
