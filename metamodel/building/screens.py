"""The bodies of layouts, list views and apps -> definitions."""

from __future__ import annotations

from metamodel.component import Component
from metamodel.definitions import App, Layout, ListView, RelatedList, Section, Sort


def build_layout(component: Component) -> Layout:
    body = component.body or {}
    object_name, _, name = component.name.partition(".")
    return Layout(
        object=object_name,
        name=name,
        label=body["label"],
        sections=tuple(
            Section(label=section["label"], fields=tuple(section["fields"]), columns=section.get("columns", 2))
            for section in body["sections"]
        ),
        header=tuple(body.get("header", ())),
        path=body.get("path"),
        related=tuple(
            RelatedList(
                object=related["object"],
                field=related["field"],
                label=related["label"],
                columns=tuple(related.get("columns", ())),
            )
            for related in body.get("related", ())
        ),
        owner=component.owner,
    )


def build_view(component: Component) -> ListView:
    body = component.body or {}
    object_name, _, name = component.name.partition(".")
    return ListView(
        object=object_name,
        name=name,
        label=body["label"],
        columns=tuple(body["columns"]),
        filter=body.get("filter"),
        sort=tuple(
            Sort(field=sort["field"], descending=sort.get("descending", False)) for sort in body.get("sort", ())
        ),
        kind=body.get("kind", "table"),
        owner=component.owner,
    )


def build_app(component: Component) -> App:
    body = component.body or {}
    return App(
        name=component.name,
        label=body["label"],
        icon=body.get("icon", "apps"),
        objects=tuple(body["objects"]),
        description=body.get("description"),
        owner=component.owner,
    )
