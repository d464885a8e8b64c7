"""A checked formula -> a plain sentence, with what a model calls its fields in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from metamodel.definitions import Object
from metamodel.fields.choice import PicklistField
from metamodel.fields.field import Field
from metamodel.model import Model
from rule_engine import CheckedFormula
from rule_engine.targets.sentence import Labels, Language, sentence
from rule_engine.types import Path
from trellis.query.paths import lookup_target

LANGUAGES: tuple[Language, ...] = ("en", "zh-Hans")
USER = "$user"


class Texts(Protocol):
    """What somebody calls the parts of a model, and in which language."""

    @property
    def language(self) -> str: ...

    def plural(self, thing: Object) -> str: ...

    def field(self, thing: Object, field: Field) -> str: ...

    def value(self, thing: Object, field: PicklistField, name: str) -> str: ...


class ModelTexts:
    """The model's own labels and their translations."""

    def __init__(self, model: Model, language: str) -> None:
        self._model = model
        self.language = language

    def plural(self, thing: Object) -> str:
        return self._text(f"objects.{thing.name}.plural_label", thing.plural_label)

    def field(self, thing: Object, field: Field) -> str:
        return self._text(f"objects.{thing.name}.fields.{field.name}.label", field.label)

    def value(self, thing: Object, field: PicklistField, name: str) -> str:
        return self._text(field.text_key(thing.name, name), field.label_of(name))

    def _text(self, key: str, fallback: str) -> str:
        return self._model.text(self.language, key, fallback)


def language_of(language: str) -> Language:
    """The language of sentences that is nearest to a reader's."""
    return "zh-Hans" if language.lower().startswith("zh") else "en"


def say(model: Model, object_name: str, checked: CheckedFormula, texts: Texts) -> str:
    """The formula in words, without a capital and a full stop."""
    language = language_of(texts.language)
    return sentence(checked, language, path_labels(model, object_name, texts, within=language == "en"))


def path_labels(model: Model, object_name: str, texts: Texts, *, within: bool = False) -> Labels:
    """Labels by path, as sentences ask for them: of a field, of a child list's field, of a picklist's value. `within`: as they are
    written within an English sentence."""
    fit: Callable[[str], str] = within_english if within else str

    def label(path: Path) -> str | None:
        if path[0] == USER:
            owner, names = model.find_object("user"), path[1:]
        else:
            owner, names = model.find_object(object_name), path
        found = _find(model, owner, names, texts)
        return None if found is None else found[1] if found[0] else fit(found[1])

    return label


def _find(model: Model, owner: Object | None, names: Path, texts: Texts) -> tuple[bool, str] | None:
    """Whether it is a value, and the text."""
    for place, name in enumerate(names):
        if owner is None:
            return None
        is_last = place == len(names) - 1
        field = owner.fields.get(name)
        if field is None:
            children = model.child_list(owner.name, (name,))
            if children is None or is_last:
                return None if children is None else (False, texts.plural(children.object))
            owner = children.object
            continue
        if is_last:
            return False, texts.field(owner, field)
        if isinstance(field, PicklistField):
            return True, texts.value(owner, field, names[place + 1])
        owner = model.find_object(lookup_target(field) or "")
    return None


def within_english(label: str) -> str:
    """A label as it is written within a sentence: "Close date" without its capital; "VAT number" and "First Name" as they are."""
    return label[:1].lower() + label[1:] if label[1:] == label[1:].lower() else label
