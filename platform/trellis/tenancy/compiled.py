"""A revision compiled for one tenant's database: the model, and whatever parts of the runtime prepared from it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from metamodel.model import Model
from trellis.security.encryption.keyring import KeyRing
from trellis.storage.database import DialectName

T = TypeVar("T")


class CompiledModel:
    """Immutable but for its memo: each part of the runtime keeps there what it prepares once (statements, compiled formulas), keyed by
    a tuple that begins with the name of the part. The memo is bounded, so that hostile query shapes cannot exhaust memory."""

    MEMO_SIZE = 2_000

    def __init__(
        self, *, tenant: str, revision: int, model: Model, dialect: DialectName, schema: str | None, keys: KeyRing
    ) -> None:
        self.tenant = tenant
        self.revision = revision
        self.model = model
        self.dialect = dialect
        self.schema = schema
        self.keys = keys
        self._memo: dict[Hashable, Any] = {}
        # SQLite's units of work run in threads.
        self._changing = threading.Lock()

    def prepared(self, key: Hashable, build: Callable[[], T]) -> T:
        """What `build` made for `key`, made at most once while it stays in the memo. Errors are not kept."""
        try:
            return cast(T, self._memo[key])
        except KeyError:
            value = build()
            with self._changing:
                if len(self._memo) >= self.MEMO_SIZE:
                    del self._memo[next(iter(self._memo))]
                self._memo[key] = value
            return value
