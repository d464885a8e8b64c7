"""The model as somebody may see it: without the fields, views and applications that nothing grants them. Pages are built from it, so that
none of them has to ask field by field; what they fetch is authorized again where it is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from metamodel.definitions import App, Layout, ListView, Object
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField
from metamodel.model import Model
from trellis.security.permissions import Permissions


def seen_model(model: Model, permissions: Permissions) -> Model:
    """Objects that may not be read stay as they are: no page gets as far as to show them."""
    objects = {name: _seen_object(thing, permissions) for name, thing in model.objects.items()}
    seen = replace(
        model,
        objects=MappingProxyType(objects),
        apps=MappingProxyType({name: app for name, app in model.apps.items() if _opens(app, permissions)}),
        layouts=MappingProxyType(
            {key: _seen_layout(layout, objects, permissions) for key, layout in model.layouts.items()}
        ),
        _memo={},
    )
    views = {key: _seen_view(seen, view) for key, view in model.views.items() if _shows(seen, model, view)}
    return replace(seen, views=MappingProxyType(views), _memo={})


def _opens(app: App, permissions: Permissions) -> bool:
    return app.name in permissions.apps


def _seen_object(thing: Object, permissions: Permissions) -> Object:
    granted = permissions.on(thing.name)
    if not granted.rights:
        return thing
    fields = {
        name: field
        for name, field in thing.fields.items()
        if name in granted.readable and _leads_somewhere(field, permissions)
    }
    name_field = thing.name_field if thing.name_field in fields else "id"
    return replace(thing, fields=MappingProxyType(fields), name_field=name_field)


def _leads_somewhere(field: Field, permissions: Permissions) -> bool:
    return not isinstance(field, LookupField) or "read" in permissions.on(field.object).rights


def _seen_layout(layout: Layout, objects: Mapping[str, Object], permissions: Permissions) -> Layout:
    fields = objects[layout.object].fields
    return replace(
        layout,
        header=tuple(name for name in layout.header if name.split(".")[0] in fields),
        path=layout.path if layout.path in fields else None,
        related=tuple(
            one
            for one in layout.related
            if "read" in permissions.on(one.object).rights and one.field in objects[one.object].fields
        ),
    )


def _shows(seen: Model, model: Model, view: ListView) -> bool:
    """Whether all that the view filters by may be read: otherwise it would tell of what is hidden, or be refused."""
    checked = model.view_filter(view)
    if checked is None:
        return True
    if any(seen.child_list(view.object, reads.rows.path) is None for reads in checked.collections):
        return False
    paths = [(view.object, reference.path) for reference in checked.references]
    paths += [
        (reads.rows.type.target or "", reference.path)
        for reads in checked.collections
        for reference in reads.references
    ]
    return all(seen.find_path(thing, ".".join(path)) is not None for thing, path in paths)


def _seen_view(seen: Model, view: ListView) -> ListView:
    return replace(view, sort=tuple(one for one in view.sort if seen.find_path(view.object, one.field) is not None))
