"""Writes the sample data of a package: follows the recipes under data/ and creates their records in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import yaml

from trellis.packaging.content import PackageContent
from trellis.packaging.errors import InvalidRecipe
from trellis.packaging.recipe import Placeholder, follow_recipe
from trellis.security.actor import Actor

BATCH = 500


class Saved(Protocol):
    @property
    def id(self) -> str: ...


class Writer(Protocol):
    """The part of the records service that is needed here."""

    async def create(
        self, actor: Actor, object_name: str, payloads: Sequence[Mapping[str, Any]]
    ) -> Sequence[Saved]: ...


async def load_sample(
    writer: Writer, actor: Actor, content: PackageContent, *, today: date, users: Sequence[str]
) -> Mapping[str, int]:
    """How many records of each object were made. `users`: ids of those who own them. Raises InvalidRecipe and InvalidRecord."""
    made: Counter[str] = Counter()
    for path, text in sorted(content.data.items()):
        if not path.endswith(".yaml"):
            continue
        ids: dict[str, list[str]] = {}
        for batch in follow_recipe(_recipe(path, text), today=today, users=users, name=path):
            for start in range(0, len(batch.records), BATCH):
                payloads = [_payload(record, ids) for record in batch.records[start : start + BATCH]]
                saved = await writer.create(actor, batch.object, payloads)
                ids.setdefault(batch.object, []).extend(one.id for one in saved)
                made[batch.object] += len(saved)
    return made


def _recipe(path: str, text: str) -> Mapping[str, Any]:
    try:
        recipe = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidRecipe(f"{path} is not YAML that can be read: {error}") from error
    if not isinstance(recipe, dict):
        raise InvalidRecipe(f"{path} has to be a mapping with seed, lists, tables and records")
    return recipe


def _payload(record: Mapping[str, Any], ids: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        name: ids[value.object][value.index] if isinstance(value, Placeholder) else value
        for name, value in record.items()
    }
