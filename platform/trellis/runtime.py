"""The composition root: settings -> everything a process needs, put together once. The server, the worker and the CLI begin here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta

from metamodel.model import Model
from trellis.automation.approvals.desk import Desk
from trellis.automation.approvals.service import Approvals
from trellis.automation.bells import Bells
from trellis.automation.engine import Engine
from trellis.automation.hooks import Automation
from trellis.errors import InvalidSettings
from trellis.explain.service import Explanations
from trellis.formulas.service import Formulas
from trellis.jobs.driver import JobDriver
from trellis.jobs.opening import build_driver
from trellis.query.service import Queries
from trellis.records.service import Records
from trellis.security.access import Access, GrantedAccess
from trellis.security.identity import Identities
from trellis.security.session_times import SessionTimes
from trellis.settings import Settings
from trellis.tenancy.directory import Directory, open_directory
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What handlers and commands work with. Belongs to the event loop it was opened in."""

    settings: Settings
    directory: Directory
    access: Access
    automation: Automation
    jobs: JobDriver
    identities: Identities
    bells: Bells

    async def tenant(self, name: str) -> Tenant:
        """Raises NotFound."""
        return await self.directory.get(name)

    def records(self, tenant: Tenant) -> Records:
        return Records(tenant, self.automation, self.access)

    def approvals(self, tenant: Tenant) -> Approvals:
        return Approvals(tenant, self.automation, self.access)

    def approval_desk(self, tenant: Tenant) -> Desk:
        return Desk(tenant, self.access)

    def queries(self, tenant: Tenant) -> Queries:
        return Queries(tenant, self.access)

    def explanations(self, tenant: Tenant) -> Explanations:
        return Explanations(tenant, self.access)

    def formulas(self, tenant: Tenant, draft: Model | None = None) -> Formulas:
        """`draft`: a model to ask about instead of the one in force."""
        return Formulas(tenant, self.access, draft=draft)

    async def start(self) -> None:
        """Starts the embedded worker, where no Redis is configured."""
        await self.jobs.start()

    async def stop(self) -> None:
        await self.jobs.stop()


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """The runtime that the settings ask for, with its databases open. Nothing is delivered until `start` is called. Raises
    InvalidSettings, DatabaseUnavailable."""
    async with open_directory(settings) as directory:
        jobs = _driver(settings, directory)
        access = GrantedAccess()
        with closing(Bells()) as bells:
            yield Runtime(
                settings=settings,
                directory=directory,
                access=access,
                automation=Engine(jobs.enqueue, access),
                jobs=jobs,
                identities=Identities(directory.find, times=_session_times(settings)),
                bells=bells,
            )


def _session_times(settings: Settings) -> SessionTimes:
    idle, rotation = settings.session_idle_minutes, settings.session_token_minutes
    return SessionTimes(
        lifetime=timedelta(hours=settings.session_hours),
        idle=timedelta(minutes=idle) if idle > 0 else None,
        rotation=timedelta(minutes=rotation) if rotation > 0 else None,
    )


def _driver(settings: Settings, directory: Directory) -> JobDriver:
    try:
        return build_driver(settings, directory)
    except ValueError as error:
        raise InvalidSettings(str(error)) from error
