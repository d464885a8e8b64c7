"""An outbox row's payload and its recipient -> the words they get, in their language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metamodel.definitions import Template
from metamodel.model import Model
from trellis.automation.approvals.texts import TEMPLATES
from trellis.automation.errors import TemplateRefused
from trellis.automation.formatting import FALLBACK_LANGUAGE, reader_of
from trellis.automation.html_mail import clean_html
from trellis.automation.people import Person
from trellis.automation.templates import Prepared, build_environment, prepare_template
from trellis.tenancy.compiled import CompiledModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """`title` is one line; `body` plain text, "" when the title says it all. `link`: None where the record is not
    to be seen. `html`: the body for those who read HTML, clean; None: there is none but the text. `is_transactional`: as its template
    says."""

    title: str
    body: str
    link: str | None
    language: str
    html: str | None = None
    is_transactional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """A template in one language, ready to be filled."""

    subject: Prepared
    body: Prepared
    html: Prepared | None
    is_transactional: bool

    @property
    def paths(self) -> frozenset[str]:
        return self.subject.paths | self.body.paths | (self.html.paths if self.html else frozenset())


NO_WORDS = Notice(title="", body="", link=None, language=FALLBACK_LANGUAGE)
MAX_TITLE = 250
_HIDDEN = {"en": "Something happened to a record that you may not see", "zh": "您无权查看的一条记录有了变化"}
_HIDDEN_RECORD = {"en": "a record that you may not see", "zh": "您无权查看的一条记录"}


def render_notice(
    compiled: CompiledModel,
    payload: Mapping[str, Any],
    recipient: Person | None,
    *,
    record: tuple[str, str],
    base_url: str,
    with_html: bool = False,
    is_seen: bool = True,
) -> Notice:
    """`recipient` None: somebody known by an address only, or all in a chat, who are written to as the organization speaks. `record`:
    object and id, for the link; `with_html`: for a channel that shows it; `is_seen`: whether the recipient may see the record: who may
    not is told nothing of it but what its author wrote by hand. Raises TemplateRefused."""
    home = compiled.model.organization
    language = recipient.language if recipient else home.language
    reader = reader_of(language, recipient.time_zone if recipient else home.time_zone)
    link = f"{base_url.rstrip('/')}/app/{record[0]}/{record[1]}" if is_seen else None
    template = payload.get("template")
    if template is None:
        title, _, body = str(payload.get("text") or payload.get("title") or "").partition("\n")
        return Notice(title=title[:MAX_TITLE], body=body.strip(), link=link, language=language)
    texts = _prepared_texts(compiled, str(template), language)
    if not is_seen and template not in TEMPLATES:
        return Notice(title=said_of_hidden(language), body="", link=None, language=language)
    about = (
        {"name": recipient.name, "email": recipient.email}
        if recipient
        else {"name": "", "email": payload.get("address")}
    )
    shown = dict(payload.get("values") or {})
    if not is_seen:
        shown["title"] = _HIDDEN_RECORD.get(language.partition("-")[0], _HIDDEN_RECORD["en"])
    values = {"record": shown, "recipient": about, "link": link or "", "reader": reader}
    return Notice(
        title=" ".join(_render(template, texts.subject, values).split())[:MAX_TITLE],
        body=_render(template, texts.body, values).strip(),
        link=link,
        language=language,
        html=clean_html(_render(template, texts.html, values)) if with_html and texts.html else None,
        is_transactional=texts.is_transactional,
    )


def said_of_hidden(language: str) -> str:
    """Of a record that the reader may not see."""
    return _HIDDEN.get(language.partition("-")[0], _HIDDEN["en"])


def _render(name: str, prepared: Prepared, values: Mapping[str, Any]) -> str:
    try:
        return prepared.render(**values)
    except TemplateRefused as error:
        raise TemplateRefused(f"template {name}: {error.message}", hint=error.hint) from error


def _prepared_texts(compiled: CompiledModel, name: str, language: str) -> _Texts:
    template = TEMPLATES.get(name) or compiled.model.templates.get(name)
    if template is None:
        raise TemplateRefused(f"there is no template {name!r} any more", hint="Add it again, then replay this message.")
    spoken = closest_language(template, language)
    return compiled.prepared(("automation", "template", name, spoken), lambda: _prepare(template, spoken))


def closest_language(template: Template, language: str) -> str:
    """The language itself, else the same without its script or region, else English, else whatever there is."""
    for candidate in (language, language.partition("-")[0], FALLBACK_LANGUAGE):
        if candidate in template.texts:
            return candidate
    return next(iter(template.texts))


def _prepare(template: Template, language: str) -> _Texts:
    environment = build_environment()
    text = template.texts[language]
    try:
        return _Texts(
            subject=prepare_template(environment, text.subject),
            body=prepare_template(environment, text.body),
            html=None if text.html is None else prepare_template(build_environment(is_html=True), text.html),
            is_transactional=template.is_transactional,
        )
    except TemplateRefused as error:
        raise TemplateRefused(f"template {template.name} ({language}): {error.message}", hint=error.hint) from error


def paths_in_template(model: Model, name: str) -> frozenset[str]:
    """Every field and path of the record that any language of the template shows; a text that is not well formed shows nothing here
    and fails when it is delivered, where it can be mended and replayed."""
    paths: set[str] = set()
    template = model.templates[name]
    for language in template.texts:
        try:
            paths |= _prepare(template, language).paths
        except TemplateRefused:
            continue
    return frozenset(paths)
