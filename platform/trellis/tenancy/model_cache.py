"""Compiled models by (tenant, revision): bounded, never invalidated, each built once even when many ask at the same time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from trellis.tenancy.compiled import CompiledModel

Key = tuple[str, int]


class ModelCache:
    """The least recently used models leave first. Belongs to one event loop."""

    def __init__(self, capacity: int = 64) -> None:
        self._capacity = capacity
        self._models: OrderedDict[Key, CompiledModel] = OrderedDict()
        self._loading: dict[Key, asyncio.Lock] = {}

    async def get(self, key: Key, load: Callable[[], Awaitable[CompiledModel]]) -> CompiledModel:
        """The model of `key`, loaded when it is not here."""
        found = self.find(key)
        if found is not None:
            return found
        lock = self._loading.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                found = self.find(key)
                if found is None:
                    found = await load()
                    self._put(key, found)
                return found
        finally:
            self._loading.pop(key, None)

    def find(self, key: Key) -> CompiledModel | None:
        found = self._models.get(key)
        if found is not None:
            self._models.move_to_end(key)
        return found

    def forget_tenant(self, tenant: str) -> None:
        """Drops a deleted tenant's models: its name may be given again, and revisions begin anew."""
        for key in [key for key in self._models if key[0] == tenant]:
            del self._models[key]

    def _put(self, key: Key, model: CompiledModel) -> None:
        self._models[key] = model
        while len(self._models) > self._capacity:
            self._models.popitem(last=False)
