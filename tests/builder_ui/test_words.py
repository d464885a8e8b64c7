"""The catalogs are complete, and what is formatted reads as people write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import builder_ui
import metamodel
import rule_engine
import trellis
from builder_ui.faces import face_of, initials_of
from builder_ui.formats import Formats, zone_of
from builder_ui.translation import LANGUAGES, LOCALE, choose_language, words_of
from metamodel.kinds import YAML_KINDS
from metamodel.schema import schema_for
from rule_engine.wording import say, say_count

ROOT = Path(builder_ui.__file__).parent
LAYERS_BELOW = tuple(Path(package.__file__ or "").parent for package in (rule_engine, metamodel, trellis))
KEYWORDS: dict[str, Any] = {"say": None, "count": (1, 2), "_": None, "ngettext": (1, 2)}
WORDINGS: dict[str, Any] = {"say": None, "say_count": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)(?:\.\d+)?[sdr]")


def messages() -> Iterator[str]:
    """Every message of the templates and the modules, and every wording of the layers below; of a plural its singular, which is the
    key."""
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    own = extract_from_dir(ROOT, methods, keywords=KEYWORDS)
    wordings = (
        found
        for root in LAYERS_BELOW
        for found in extract_from_dir(root, [("**.py", "python")], keywords=WORDINGS)
        if found[0].endswith("wording.py") or "rule_engine.wording" in (root / found[0]).read_text("utf-8")
    )
    for _, _, message, _, _ in chain(own, wordings):
        yield message if isinstance(message, str) else message[0]
    for kind in YAML_KINDS:
        yield from _expected(schema_for(kind))


def _expected(schema: Any) -> Iterator[str]:
    """What the JSON Schemas of the components say that a text must be."""
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    if isinstance(schema, dict) and isinstance(schema.get("x-expected"), str):
        yield schema["x-expected"]
    for part in parts:
        yield from _expected(part)


def catalog(language: str) -> dict[str, tuple[str, ...]]:
    path = LOCALE / language.replace("-", "_") / "LC_MESSAGES" / "builder_ui.po"
    with path.open("rb") as file:
        found = {}
        for message in read_po(file):
            key = message.id if isinstance(message.id, str) else message.id[0]
            texts = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            if key:
                assert not message.fuzzy, key
                found[key] = texts
        return found


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_message_is_translated_with_the_same_places_for_values(language: str) -> None:
    translated = catalog(language)
    used = set(messages())
    assert sorted(used - set(translated)) == []
    assert sorted(set(translated) - used) == []
    for message, texts in translated.items():
        for text in texts:
            assert text, message
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(message)), message


def test_a_plural_takes_the_form_of_its_number() -> None:
    words = words_of("en")
    assert words.count("%(num)d record", "%(num)d records", 1) == "1 record"
    assert words.count("%(num)d record", "%(num)d records", 2) == "2 records"
    assert words_of("zh-Hans").count("%(num)d record", "%(num)d records", 2) == "2 条记录"


def test_what_the_layers_below_say_is_told_in_the_language_with_all_that_is_in_it() -> None:
    added = say("Add %(type)s field %(target)s", type=say("number"), target="lead.score")
    told = say("%(summary)s; existing records get %(value)s", summary=added, value="0")
    assert words_of("zh-Hans").tell(told) == "添加数字字段 lead.score；现有记录取值 0"
    assert words_of("en").tell(told) == str(told)
    dropped = say_count("Drop %(num)d index of %(object)s", "Drop %(num)d indexes of %(object)s", 2, object="lead")
    assert words_of("zh-Hans").tell(dropped) == "删除 lead 的 2 个索引"
    assert words_of("zh-Hans").tell("plain") == "plain"


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ((None, None), "en"),
        (("zh-Hans",), "zh-Hans"),
        (("fr", "zh-CN,zh;q=0.9"), "zh-Hans"),
        ((None, "de-DE,de;q=0.9,en;q=0.8"), "en"),
        (("xx", ""), "en"),
    ],
)
def test_the_first_language_that_there_is_is_chosen(wanted: tuple[str | None, ...], language: str) -> None:
    assert choose_language(*wanted) == language


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [("en", "28 Nov 2026", "28 Nov 2026, 15:05"), ("zh-Hans", "2026年11月28日", "2026年11月28日 15:05")],
)
def test_days_and_moments_are_written_in_the_readers_language_and_zone(language: str, day: str, moment: str) -> None:
    formats = Formats(language, zone_of("Europe/Berlin"))
    assert formats.day(date(2026, 11, 28)) == day
    assert formats.moment(datetime(2026, 11, 28, 14, 5, tzinfo=UTC)) == moment


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 28, 11, 55, tzinfo=UTC), "5 min ago"),
        (datetime(2026, 11, 2, 12, 0, tzinfo=UTC), "2 Nov"),
        (datetime(2025, 11, 2, 12, 0, tzinfo=UTC), "2 Nov 2025"),
    ],
)
def test_a_moment_is_said_the_shorter_the_nearer_it_is(at: datetime, text: str) -> None:
    assert Formats("en", zone_of("UTC")).since(at, datetime(2026, 11, 28, 12, 0, tzinfo=UTC)) == text


def test_an_unknown_zone_is_utc() -> None:
    assert str(zone_of("Mars/Olympus")) == "UTC"


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Anna Weber", "AW"),
        ("Anna Maria von Weber", "AW"),
        ("陈一鸣", "陈"),
        ("bo", "BO"),
        ("", "?"),
        ("Jean-Luc", "JL"),
    ],
)
def test_initials(name: str, initials: str) -> None:
    assert initials_of(name) == initials


def test_a_face_keeps_its_hue() -> None:
    assert face_of("same-id", "A").hue == face_of("same-id", "B").hue
