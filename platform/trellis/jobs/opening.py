"""The settings -> the driver and the deliveries they ask for."""

from __future__ import annotations

from trellis.automation.channels.email import MailRoutes
from trellis.automation.channels.mailers import build_mailer
from trellis.automation.delivery import Delivery, build_channels
from trellis.automation.engine import Engine
from trellis.automation.ledger.pruning import Pruning
from trellis.automation.timing.opening import build_firing
from trellis.jobs.driver import JobDriver
from trellis.jobs.embedded import EmbeddedDriver
from trellis.jobs.rounds import Rounds
from trellis.outbound.addresses import parse_networks
from trellis.outbound.opening import build_client
from trellis.privacy.retention import RetentionRounds
from trellis.security.access import AdministratorAccess
from trellis.settings import Settings
from trellis.tenancy.directory import Directory


def build_rounds(settings: Settings, directory: Directory) -> Rounds:
    """Timers and deliveries for all tenants of the directory, by the channels that the settings name. Raises
    ValueError for a setting that cannot be read."""
    client = build_client(settings)
    routes = MailRoutes(base_url=settings.base_url, bounces=settings.mail_bounces)
    mailer = build_mailer(smtp_url=settings.smtp_url, maildir=settings.maildir, sender=settings.mail_from)

    async def list_names() -> tuple[str, ...]:
        return tuple(entry.name for entry in await directory.list())

    delivery = Delivery(channels=build_channels(mailer, client, routes), base_url=settings.base_url)
    access = AdministratorAccess()
    # Nobody need be woken: what a timer leaves in the outbox is delivered in the same round.
    firing = build_firing(Engine(lambda _: None, access), access)
    pruning = Pruning(
        ledger_days=settings.ledger_days,
        history_days=settings.history_days,
        sign_in_days=settings.sign_in_days,
        audit_days=settings.audit_days,
    )
    return Rounds(
        delivery=delivery,
        list_names=list_names,
        find_tenant=directory.find,
        firing=firing,
        pruning=pruning,
        retention=RetentionRounds(),
    )


def build_driver(settings: Settings, directory: Directory) -> JobDriver:
    """Redis when it is configured (then `trellis worker` delivers), else this process itself, once `start` is called."""
    parse_networks(
        settings.outbound_allowed
    )  # A setting that cannot be read is refused by whoever starts, not by the first request.
    if settings.redis_url:
        # Redis and RQ take a while to import, and most processes do without.
        from trellis.jobs.redis import RedisDriver

        return RedisDriver(settings.redis_url)
    return EmbeddedDriver(build_rounds(settings, directory))
