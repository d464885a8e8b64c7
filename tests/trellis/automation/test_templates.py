"""Message templates: what they show, and what they may not do."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from trellis.automation.errors import TemplateRefused
from trellis.automation.formatting import reader_of
from trellis.automation.templates import MAX_LOOP, build_environment, prepare_template

RECORD: dict[str, Any] = {
    "name": "Anna",
    "amount": Decimal("12345.50"),
    "account": "0198-id",
    "account.name": "Acme",
    "due": date(2026, 1, 2),
    "at": datetime(2026, 1, 2, 23, 4, tzinfo=UTC),
    "tags": ("vip", "event"),
    "items": "named like a method",
    "vip": True,
    "notes": "x" * 100_000,
}


def render(source: str, *, language: str = "en", zone: str = "UTC", record: dict[str, Any] | None = None) -> str:
    prepared = prepare_template(build_environment(), source)
    recipient = {"name": "Bo", "email": "bo@example.org"}
    values = RECORD if record is None else record
    return prepared.render(record=values, recipient=recipient, link="http://t/1", reader=reader_of(language, zone))


@pytest.mark.parametrize(
    ("source", "language", "zone", "text"),
    [
        ("Hello {{ recipient.name }}: {{ record.name }}", "en", "UTC", "Hello Bo: Anna"),
        ("{{ record.account.name }}", "en", "UTC", "Acme"),
        ("{{ record.account == '0198-id' }}", "en", "UTC", "yes"),
        ("{{ record.amount }}", "en", "UTC", "12,345.5"),
        ("{{ record.amount }}", "de", "UTC", "12.345,5"),
        ("{{ record.amount * 2 + 1 }}", "en", "UTC", "24,692"),
        ("{{ record.due }}", "zh-Hans", "UTC", "2026年1月2日"),
        ("{{ record.due | date('long') }}", "en", "UTC", "January 2, 2026"),
        ("{{ record.at | date('short') }}", "zh-Hans", "Asia/Shanghai", "2026/1/3 07:04"),
        ("{{ record.tags }}", "en", "UTC", "vip, event"),
        (
            "{{ record.amount | round }} {{ 2.675 | round(2) }} {{ record.nothing | round }}",
            "en",
            "UTC",
            "12,346 2.68 ",
        ),
        ("{{ record.name | truncate(3) }} {{ record.name | truncate(4) }}", "en", "UTC", "An… Anna"),
        ("{% for tag in record.tags %}{{ loop.index }}{{ tag | upper }} {% endfor %}", "en", "UTC", "1VIP 2EVENT "),
        ("{{ record.items }}", "en", "UTC", "named like a method"),
        ("{{ record.vip }}", "zh-Hans", "UTC", "是"),
        ("{% if record.vip %}!{% else %}?{% endif %}", "en", "UTC", "!"),
        ("{{ record.nothing.at.all }}", "en", "UTC", ""),
        ("{{ record.nothing | default('-') }}", "en", "UTC", "-"),
        ("{{ record.name }} {{ link }}", "xx-unknown", "No/Where", "Anna http://t/1"),
    ],
)
def test_a_template_shows_values_for_its_reader(source: str, language: str, zone: str, text: str) -> None:
    assert render(source, language=language, zone=zone).replace("\u202f", " ") == text


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ record.__class__.__mro__ }}",
        "{{ record._value }}",
        "{{ range(10) }}",
        "{{ record.name.upper() }}",
        "{{ self }}",
        "{{ cycler }}",
        "{{ _reader }}",
        "{{ record | attr('__class__') }}",
        "{{ record | map('upper') }}",
        "{% set x = 1 %}",
        "{% include 'x' %}",
        "{% import 'x' as x %}",
        "{% extends 'x' %}",
        "{% macro m() %}{% endmacro %}",
        "{% with a = 1 %}{% endwith %}",
        "{% filter upper %}{% endfilter %}",
        "{% call x() %}{% endcall %}",
        "{% for a in record.tags %}{% for b in record.tags %}{% endfor %}{% endfor %}",
        "{{ 10 ** 10 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ 9e300 * 9e300 }}",
        "{{ 1 / 0 }}",
        "{{ recrod.name }}",
        "{{ unclosed",
        "{% if %}",
        "{{ 'x' | _bounded }}",
        "{{ record.at | date('%Y') }}",
        "x" * 20_001,
        "{{ " + "(" * 3_000 + "1" + ")" * 3_000 + " }}",
        "{{ 1 | round(999999999, 'ceil') }}",
        "{{ 1 | round(999999999) }}",
        "{{ 'x' | truncate(-1) }}",
        "{{ record.name | safe }}",
        "{{ record.name | tojson }}",
        "{{ ().__class__.__base__.__subclasses__() }}",
        "{{ link.__init__.__globals__ }}",
        "{{ recipient['__class__'].__mro__ }}{{ recipient.__class__ }}",
        "{% for a in ().__class__.__base__.__subclasses__() %}{{ a }}{% endfor %}",
        "{{ loop }}",
        "{{ lipsum }}",
        "{{ joiner() }}",
        "{{ namespace() }}",
        "{% raw %}{{ x }}{% endraw %}{{ y }}",
        "{% autoescape false %}{{ record.name }}{% endautoescape %}",
        "{% do record.pop() %}",
        "{{ record.name | map(attribute='__class__') | list }}",
        "{{ record.tags | sort(attribute='__class__') }}",
        "{{ record.name | format('x') }}",
        "{{ -(9e39 * 9e39) }}",
    ],
    ids=range(53),
)
def test_a_template_that_could_do_harm_or_is_malformed_is_refused(source: str) -> None:
    with pytest.raises(TemplateRefused):
        render(source)


@pytest.mark.parametrize(
    "source", ["{{ record['__class__'] }}", "{{ record.get }}", "{{ link.format }}", "{{ record['_branches'] }}"]
)
def test_python_attributes_do_not_exist_for_a_template(source: str) -> None:
    assert render(source) == ""


def test_a_refusal_names_line_and_nearest_name() -> None:
    with pytest.raises(TemplateRefused) as refused:
        render("one\n{{ recrod.name }}")
    assert "line 2" in refused.value.message
    assert refused.value.hint == "Did you mean 'record'?"


def test_a_hostile_template_is_refused_in_no_time() -> None:
    """Jinja works out what is constant when it compiles, before any budget of ours holds."""
    hostile = (
        "{{ 9 | round(999999999, 'ceil') }}",
        "{{ 'a' * 99999999999 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 2 ** 99999999 }}",
    )
    begun = time.process_time()
    for source in hostile:
        with pytest.raises(TemplateRefused):
            render(source)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("is_html", [True, False])
def test_values_are_escaped_in_html_only(is_html: bool) -> None:
    prepared = prepare_template(
        build_environment(is_html=is_html), "<b>{{ record.name }}</b>{{ record.name | upper }}{{ '<i>' ~ record.name }}"
    )
    text = prepared.render(record={"name": "<a&"}, recipient={}, link="", reader=reader_of("en", None))
    escaped = "<b>&lt;a&amp;</b>&lt;A&amp;&lt;i&gt;&lt;a&amp;"
    assert text == (escaped if is_html else "<b><a&</b><A&<i><a&")


def test_the_output_is_bounded() -> None:
    with pytest.raises(TemplateRefused, match="longer than"):
        render(
            "{% for tag in record.tags %}" + "{{ record.notes }}" * 40 + "{% endfor %}",
            record={**RECORD, "tags": ("a",) * 50},
        )


def test_loops_are_bounded() -> None:
    with pytest.raises(TemplateRefused, match="loops longer"):
        render("{% for tag in record.tags %}{% endfor %}", record={"tags": ("a",) * (MAX_LOOP + 1)})


def test_a_template_says_which_paths_it_shows() -> None:
    source = (
        "{{ record.name }}{% if record.account.owner.name %}{{ record['Due'] | date }}{% endif %}{{ recipient.name }}"
    )
    paths = prepare_template(build_environment(), source).paths
    assert {"name", "account.owner.name", "due"} <= paths
    assert not any(path.startswith("recipient") for path in paths)
