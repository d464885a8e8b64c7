"""Templates and bodies of webhooks -> what is wrong with their texts, for a deploy to refuse. metamodel does not know Jinja."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from metamodel import Component, MetadataProblem, Model
from rule_engine.wording import say
from trellis.automation.errors import TemplateRefused
from trellis.automation.templates import Prepared, build_environment, prepare_template
from trellis.automation.webhooks.bodies import prepare_body


def find_template_problems(components: Iterable[Component], model: Model) -> list[MetadataProblem]:
    """Texts that are malformed or do what a template may not, and fields that the template's object does not have; also the bodies of
    webhooks. Components of other kinds are passed over."""
    problems: list[MetadataProblem] = []
    for component in components:
        if component.kind == "template":
            problems += _problems(component, model)
        elif component.kind == "webhooks":
            problems += _body_problems(component, model)
    return problems


def _problems(component: Component, model: Model) -> Iterator[MetadataProblem]:
    plain, html = build_environment(), build_environment(is_html=True)
    for language, text in sorted(model.templates[component.name].texts.items()):
        for part, source in (("subject", text.subject), ("body", text.body), ("html", text.html)):
            path = ("texts", language, part)
            if source is None:
                continue
            try:
                prepared = prepare_template(html if part == "html" else plain, source)
            except TemplateRefused as error:
                yield component.problem(error.code, path, error.message, error.hint)
                continue
            for shown in _unknown_paths(component, model, prepared):
                yield component.problem("unknown_field", path, say("there is no field %(shown)r to show", shown=shown))
            for shown in _sealed_paths(component, model, prepared):
                message = say("%(shown)s is encrypted, so a message cannot show it", shown=shown)
                yield component.problem("encrypted_field", path, message, say("Show a link to the record."))


def _body_problems(component: Component, model: Model) -> Iterator[MetadataProblem]:
    for name in component.body or {}:
        webhook = model.webhooks.get(name)
        if webhook is None or webhook.body is None:
            continue
        try:
            prepare_body(webhook)
        except TemplateRefused as error:
            yield component.problem(error.code, (name, "body"), error.message, error.hint)


def _sealed_paths(component: Component, model: Model, prepared: Prepared) -> list[str]:
    about = model.templates[component.name].object
    found = {} if about is None else {path: model.find_path(about, path) for path in sorted(prepared.paths)}
    return [path for path, steps in found.items() if steps and steps[-1].field.encrypted]


def _unknown_paths(component: Component, model: Model, prepared: Prepared) -> list[str]:
    """None for a template of no object: what it is sent about decides then."""
    about = model.templates[component.name].object
    return [] if about is None else sorted(path for path in prepared.paths if model.find_path(about, path) is None)
