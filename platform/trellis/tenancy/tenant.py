"""A tenant at run time: its database, and its model of the revision in force. No statement runs with a model that is out of date."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from trellis.errors import StaleModel, TrellisError
from trellis.security.encryption.errors import UnknownDataKey
from trellis.security.encryption.key_store import KeyStore
from trellis.security.encryption.keyring import KeyRing
from trellis.storage.database import Database, Transaction
from trellis.storage.errors import SchemaMismatch
from trellis.storage.platform_tables import PlatformTables, platform_tables
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.model_cache import ModelCache
from trellis.tenancy.revisions import Revisions, StoredFile, model_of

T = TypeVar("T")
Work = Callable[[Transaction, CompiledModel], Awaitable[T]]
ATTEMPTS = 5


class Tenant:
    """Units of work get a transaction and the compiled model. They may run more than once, and await nothing but the transaction."""

    def __init__(
        self, *, name: str, label: str, database: Database, models: ModelCache, key_store: KeyStore | None = None
    ) -> None:
        """Without `key_store` it can seal nothing."""
        self.name = name
        self.label = label
        self.database = database
        self.key_store = key_store or KeyStore(database, KeyRing(name), None)
        self.keys = self.key_store.ring
        self.tables: PlatformTables = platform_tables(database.schema)
        self._models = models
        self._revisions = Revisions(self.tables, database)
        self._latest: CompiledModel | None = None

    async def compiled(self) -> CompiledModel:
        """The model as last seen, without asking the database. What reads or writes with it finds out when it is out of date."""
        return self._latest or await self.refresh()

    async def refresh(self) -> CompiledModel:
        """The model of the revision in force, loaded if need be."""
        revision = await self.database.read(self._revisions.fetch_current)
        self._latest = await self._models.get((self.name, revision), lambda: self._load(revision))
        return self._latest

    async def compiled_at(self, revision: int) -> CompiledModel:
        """The model of any revision, as it was deployed. Raises NotFound."""
        return await self._models.get((self.name, revision), lambda: self._load(revision))

    async def read(self, work: Work[T], *, is_brief: bool = False) -> T:
        """Runs `work` on a reader; `is_brief` as in Database.read. `work` raises StaleModel when a statement's stamp differs from
        compiled.revision; then it runs again with the newer model. So it does when it refuses for any other reason, such as an
        object that is not there, and a newer revision is in force: that costs a refusal one more statement."""
        return await self._with_fresh_model(
            lambda compiled: self.database.read(lambda transaction: work(transaction, compiled), is_brief=is_brief),
            doubted=TrellisError,
        )

    async def write(self, work: Work[T]) -> T:
        """Runs `work` in one transaction with the revision in force, which cannot change until it ends."""

        async def checked(transaction: Transaction, compiled: CompiledModel) -> T:
            row = await transaction.fetch_one(self._revisions.locked_current)
            revision = row[0] if row else -1
            if revision != compiled.revision:
                raise StaleModel(revision)
            return await work(transaction, compiled)

        return await self._with_fresh_model(
            lambda compiled: self.database.write(lambda transaction: checked(transaction, compiled)),
            doubted=SchemaMismatch,
        )

    async def files(self, revision: int) -> tuple[StoredFile, ...]:
        """The metadata files of a revision, as they were deployed."""
        return await self.database.read(lambda transaction: self._revisions.fetch_files(transaction, revision))

    async def _with_fresh_model(
        self, attempt: Callable[[CompiledModel], Awaitable[T]], *, doubted: type[TrellisError]
    ) -> T:
        """`doubted`: the errors that may come of a model that is out of date."""
        compiled = await self.compiled()
        for _ in range(ATTEMPTS):
            try:
                return await attempt(compiled)
            except StaleModel:
                compiled = await self.refresh()
            except UnknownDataKey as error:
                await self._learn_key(error)
            except doubted:
                newer = await self.refresh()
                if newer.revision == compiled.revision:
                    raise
                compiled = newer
        return await attempt(compiled)

    async def _learn_key(self, error: UnknownDataKey) -> None:
        """Another process may have made it a moment ago. Raises `error` when there is no such key."""
        await self.key_store.refresh()
        if not self.keys.has(error.number):
            raise error

    async def _load(self, revision: int) -> CompiledModel:
        model = model_of(await self.files(revision))
        database = self.database
        return CompiledModel(
            tenant=self.name,
            revision=revision,
            model=model,
            dialect=database.dialect,
            schema=database.schema,
            keys=self.keys,
        )
