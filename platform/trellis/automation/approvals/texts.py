"""What people are told about approvals, in their language. Templates that come with the platform; their names have a colon, which those
of components cannot."""

from __future__ import annotations

from collections.abc import Mapping

from metamodel.definitions import Template, TemplateText


def _template(name: str, en: tuple[str, str], zh: tuple[str, str]) -> Template:
    texts = {"en": TemplateText(subject=en[0], body=en[1]), "zh-Hans": TemplateText(subject=zh[0], body=zh[1])}
    return Template(name=name, label=name, object=None, texts=texts)


_EN = "{{ record.object }} {{ record.title }}: {{ record.approval }}{% if record.step %}, {{ record.step }}{% endif %}."
_ZH = "{{ record.object }}{{ record.title }}：{{ record.approval }}{% if record.step %}，{{ record.step }}{% endif %}。"
_SAID_EN = '{% if record.comment %}\n{{ record.by }}: "{{ record.comment }}"\n{% endif %}\n{{ link }}'
_SAID_ZH = "{% if record.comment %}\n{{ record.by }}：“{{ record.comment }}”\n{% endif %}\n{{ link }}"

TEMPLATES: Mapping[str, Template] = {
    template.name: template
    for template in (
        _template(
            "approval:asked",
            ("Please decide: {{ record.approval }}, {{ record.title }}", f"{_EN}\n{_SAID_EN}"),
            ("请审批：{{ record.approval }}，{{ record.title }}", f"{_ZH}\n{_SAID_ZH}"),
        ),
        _template(
            "approval:reminder",
            ("Still waiting for you: {{ record.approval }}, {{ record.title }}", f"{_EN}\n{_SAID_EN}"),
            ("仍在等待您审批：{{ record.approval }}，{{ record.title }}", f"{_ZH}\n{_SAID_ZH}"),
        ),
        _template(
            "approval:approved",
            ("Approved: {{ record.approval }}, {{ record.title }}", f"{_EN}\n{_SAID_EN}"),
            ("已批准：{{ record.approval }}，{{ record.title }}", f"{_ZH}\n{_SAID_ZH}"),
        ),
        _template(
            "approval:rejected",
            ("Rejected: {{ record.approval }}, {{ record.title }}", f"{_EN}\n{_SAID_EN}"),
            ("已驳回：{{ record.approval }}，{{ record.title }}", f"{_ZH}\n{_SAID_ZH}"),
        ),
        _template(
            "approval:recalled",
            ("Recalled: {{ record.approval }}, {{ record.title }}", f"{_EN}\n{_SAID_EN}"),
            ("已撤回：{{ record.approval }}，{{ record.title }}", f"{_ZH}\n{_SAID_ZH}"),
        ),
    )
}
