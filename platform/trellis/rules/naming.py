"""What a model calls its things, as rules in words ask for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from metamodel.definitions import Object, Queue
from metamodel.fields.choice import PicklistField
from metamodel.model import Model
from rule_engine.targets.sentence import Labels
from trellis.formulas.words import ModelTexts, Texts, language_of, path_labels, within_english


class RuleTexts(Texts, Protocol):
    """What somebody calls the parts of a model that rules name."""

    def object(self, thing: Object) -> str: ...

    def queue(self, queue: Queue) -> str: ...


class OwnRuleTexts(ModelTexts):
    """The model's own labels and their translations."""

    def object(self, thing: Object) -> str:
        return self._text(f"objects.{thing.name}.label", thing.label)

    def queue(self, queue: Queue) -> str:
        return self._text(f"queues.{queue.name}.label", queue.label)


class ModelNamings:
    """rule_engine.targets.outline.Namings over a model; within English sentences labels have no capital."""

    def __init__(self, model: Model, texts: RuleTexts) -> None:
        self._model = model
        self._texts = texts
        self._is_english = language_of(texts.language) == "en"
        self._fit: Callable[[str], str] = within_english if self._is_english else str

    def object(self, name: str) -> str:
        thing = self._model.find_object(name)
        return self._fit(self._texts.object(thing)) if thing else name

    def objects(self, name: str) -> str:
        thing = self._model.find_object(name)
        return self._fit(self._texts.plural(thing)) if thing else name

    def field(self, object_name: str, name: str) -> str:
        thing = self._model.find_object(object_name)
        field = thing.fields.get(name) if thing else None
        return self._fit(self._texts.field(thing, field)) if thing and field else name

    def value(self, object_name: str, field: str, name: str) -> str:
        thing = self._model.find_object(object_name)
        found = thing.fields.get(field) if thing else None
        return self._texts.value(thing, found, name) if thing and isinstance(found, PicklistField) else name

    def queue(self, name: str) -> str:
        queue = self._model.queues.get(name)
        return self._texts.queue(queue) if queue else name

    def labels(self, object_name: str) -> Labels:
        return path_labels(self._model, object_name, self._texts, within=self._is_english)
