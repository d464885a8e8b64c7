"""What the parts of a model are called in the reader's language, those of the platform too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from metamodel.definitions import Object
from metamodel.fields.choice import PicklistField
from metamodel.fields.field import Field
from metamodel.model import Model
from rule_engine.targets.sentence import Language
from rule_engine.types import Path
from trellis.explain.clauses import OF_APPROVAL
from trellis.formulas.words import ModelTexts, language_of, path_labels

_OF_PLATFORM: Mapping[Language, Mapping[str, str]] = {
    "en": {"user": "user", "id": "ID"},
    "zh-Hans": {
        "user": "用户",
        "record_type": "记录类型",
        "owner": "所有人",
        "owner_queue": "队列",
        "created_at": "创建时间",
        "created_by": "创建人",
        "updated_at": "更新时间",
        "updated_by": "更新人",
        "version": "版本",
        "id": "ID",
    },
}


class Called:
    """Names as they are written within a sentence of the language."""

    def __init__(self, model: Model, language: str) -> None:
        self.model = model
        self.language = language_of(language)
        self._own = _OF_PLATFORM[self.language]
        self._texts = ModelTexts(model, language)

    def plural(self, thing: Object) -> str:
        return self._texts.plural(thing)

    def field(self, thing: Object, field: Field) -> str:
        if field.is_system and field.name in self._own:
            return self._own[field.name]
        return self._texts.field(thing, field)

    def value(self, thing: Object, field: PicklistField, name: str) -> str:
        return self._texts.value(thing, field, name)

    def object(self, name: str) -> str:
        thing = self.model.find_object(name)
        if thing is None or thing.is_system:
            return self._own.get(name, name)
        return self._within(self.model.text(self.language, f"objects.{name}.label", thing.label))

    def approval(self, rule: str, label: str) -> str:
        """`rule`: as the ledger names it; `label`: as its file does."""
        return self.model.text(self.language, f"approvals.{rule.removeprefix(OF_APPROVAL)}.label", label)

    def approval_step(self, rule: str, step: str, label: str) -> str:
        return self.model.text(self.language, f"approvals.{rule.removeprefix(OF_APPROVAL)}.steps.{step}", label)

    def named(self, kind: Literal["queues", "roles", "teams"], name: str) -> str:
        found = getattr(self.model, kind).get(name)
        return name if found is None else self.model.text(self.language, f"{kind}.{name}.label", found.label)

    def purpose(self, name: str) -> str:
        """What people consent to."""
        found = self.model.organization.consents.get(name)
        return name if found is None else self.model.text(self.language, f"consents.{name}.label", found.label)

    def path(self, object_name: str, path: Path) -> str:
        """The labels along a path; its names where the model has no such path."""
        label = path_labels(self.model, object_name, self, within=self.language == "en")
        parts = [label(path[:length]) or path[length - 1] for length in range(1, len(path) + 1)]
        return " › ".join(parts)

    def _within(self, label: str) -> str:
        return label[:1].lower() + label[1:] if self.language == "en" and label[1:] == label[1:].lower() else label
