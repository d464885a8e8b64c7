"""What explanations say, in each language: templates with %(name)s where a value stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rule_engine.targets.sentence import Language
from trellis.explain.words.chinese import CHINESE
from trellis.explain.words.english import ENGLISH

__all__ = ["ExplanationWords", "words_in"]


@dataclass(frozen=True, slots=True)
class ExplanationWords:
    templates: Mapping[str, str]

    def say(self, name: str, /, **values: object) -> str:
        return self.templates[name] % values

    def has(self, name: str) -> bool:
        return name in self.templates

    def list_of(self, parts: Sequence[str]) -> str:
        return self.templates["separator"].join(parts)

    def all_of(self, parts: Sequence[str]) -> str:
        return self.templates["and"].join(parts)


def words_in(language: Language) -> ExplanationWords:
    return ExplanationWords(ENGLISH if language == "en" else CHINESE)
