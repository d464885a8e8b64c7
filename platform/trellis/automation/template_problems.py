"""Template components -> what is wrong with their texts, for a deploy to refuse. metamodel checks their shape; it does not know Jinja."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from metamodel import Component, MetadataProblem, Model
from rule_engine.wording import say
from trellis.automation.errors import TemplateRefused
from trellis.automation.templates import Prepared, build_environment, prepare_template


def find_template_problems(components: Iterable[Component], model: Model) -> list[MetadataProblem]:
    """Texts that are malformed or do what a template may not, and fields that the template's object does not have. Components of
    other kinds are passed over."""
    return [
        problem for component in components if component.kind == "template" for problem in _problems(component, model)
    ]


def _problems(component: Component, model: Model) -> Iterator[MetadataProblem]:
    environment = build_environment()
    for language, text in sorted(model.templates[component.name].texts.items()):
        for part, source in (("subject", text.subject), ("body", text.body)):
            path = ("texts", language, part)
            try:
                prepared = prepare_template(environment, source)
            except TemplateRefused as error:
                yield component.problem(error.code, path, error.message, error.hint)
                continue
            for shown in _unknown_paths(component, model, prepared):
                yield component.problem("unknown_field", path, say("there is no field %(shown)r to show", shown=shown))


def _unknown_paths(component: Component, model: Model, prepared: Prepared) -> list[str]:
    """None for a template of no object: what it is sent about decides then."""
    about = model.templates[component.name].object
    return [] if about is None else sorted(path for path in prepared.paths if model.find_path(about, path) is None)
