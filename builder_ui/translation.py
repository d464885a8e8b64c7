"""The words of the screens in the reader's language: gettext catalogs, read from their .po files when the server starts."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from rule_engine.wording import Wording

DOMAIN = "builder_ui"
FALLBACK = "en"
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "zh-Hans": "简体中文"})
LOCALE = Path(__file__).parent / "locale"


class Words:
    """Says the messages of one language. Messages are English; `%(name)s` in them stands for a value."""

    def __init__(self, language: str, catalog: gettext.NullTranslations) -> None:
        self.language = language
        self.catalog = catalog

    def say(self, message: str, /, **values: object) -> str:
        text = self.catalog.gettext(message)
        return text % values if values else text

    def count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The form of the message for `number`, which stands in it as %(num)s."""
        return self.catalog.ngettext(one, many, number) % {"num": number, **values}

    def tell(self, text: str) -> str:
        """What the layers below say, in this language where it is a wording, else as it is."""
        if not isinstance(text, Wording):
            return text
        values = {name: self.tell(value) if isinstance(value, str) else value for name, value in text.values.items()}
        if text.many is None:
            told = self.say(text.template, **values)
        else:
            told = self.count(text.template, text.many, int(str(values.pop("num"))), **values)
        return told.rstrip(".。") if text.is_open else told


@cache
def words_of(language: str) -> Words:
    """English for a language that has no catalog."""
    path = LOCALE / language.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"
    if language not in LANGUAGES or not path.exists():
        return Words(FALLBACK if language not in LANGUAGES else language, gettext.NullTranslations())
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language.replace("-", "_")))
    compiled.seek(0)
    return Words(language, gettext.GNUTranslations(compiled))


def choose_language(*wanted: str | None) -> str:
    """The first of the wanted languages that there is; each may be a code or an Accept-Language header."""
    for header in wanted:
        for part in (header or "").split(","):
            code = part.split(";")[0].strip()
            if code in LANGUAGES:
                return code
            if code.lower().startswith("zh"):
                return "zh-Hans"
            if code.lower().startswith("en"):
                return "en"
    return FALLBACK
