"""E-mail: each message becomes a letter for the mailer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trellis.automation.channels.channel import Batch, Message
from trellis.automation.channels.letter import Letter
from trellis.automation.channels.mailers import Mailer
from trellis.automation.claims import Outcome
from trellis.automation.consent import consent_of
from trellis.automation.errors import DeliveryFailed
from trellis.automation.mail_tokens import fold_address, return_path, unsubscribe_token, withdrawal_token
from trellis.automation.suppressions import Reason, fetch_suppressed, mail_key

LETTERS_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRoutes:
    """Addresses that letters carry. `base_url`: of the page where people unsubscribe; `bounces`: where letters come back to, the sender
    when ""."""

    base_url: str
    bounces: str = ""


class EmailChannel:
    """Rows are settled all at once when the mailer finds repeats itself, else each as soon as its letter is gone."""

    def __init__(self, mailer: Mailer, routes: MailRoutes) -> None:
        self._mailer = mailer
        self._routes = routes

    async def deliver(self, batch: Batch, messages: Sequence[Message]) -> Sequence[Outcome]:
        at_once = asyncio.Semaphore(LETTERS_AT_ONCE)
        desk = await self._open_desk(batch, messages)

        async def send(message: Message) -> Outcome:
            async with at_once:
                outcome = await self._send(batch, desk, message)
                if not self._mailer.repeats_safely:
                    await batch.settle([outcome])
                return outcome

        outcomes = await asyncio.gather(*(send(message) for message in messages))
        if self._mailer.repeats_safely:
            await batch.settle(outcomes)
        return outcomes

    async def _open_desk(self, batch: Batch, messages: Sequence[Message]) -> _Desk:
        """One query for addresses of people outside, and one for the key where letters carry something."""
        outside = {message.address for message in messages if message.recipient is None and message.address}
        suppressed = await fetch_suppressed(batch.database, outside)
        has_key = bool(outside or self._routes.bounces)
        key = await mail_key(batch.database, batch.keys, batch.clock()) if has_key else b""
        return _Desk(routes=self._routes, suppressed=suppressed, key=key)

    async def _send(self, batch: Batch, desk: _Desk, message: Message) -> Outcome:
        if not message.address:
            return Outcome(row=message.row, error="not delivered: the recipient has no e-mail address")
        reason = desk.reason_against(message)
        if reason is not None:
            return Outcome(row=message.row, error=f"not delivered: {message.address} is suppressed: {reason}")
        try:
            await self._mailer.send(_letter(message, batch, desk))
        except DeliveryFailed as error:
            return batch.after_failure(message.row, error)
        return Outcome(row=message.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What the letters of one batch have in common. `suppressed`: addresses that get none, by folded address, and why."""

    routes: MailRoutes
    suppressed: Mapping[str, Reason]
    key: bytes

    def reason_against(self, message: Message) -> Reason | None:
        """Why nothing is sent; users get what concerns their work, and a receipt comes to those who want no other mail."""
        if message.recipient is not None:
            return None
        reason = self.suppressed.get(fold_address(message.address))
        return None if reason == "unsubscribed" and message.notice.is_transactional else reason

    def unsubscribe(self, message: Message) -> str | None:
        """The address of the page where one leaves; None where one cannot."""
        if message.recipient is not None or message.notice.is_transactional:
            return None
        tenant = message.compiled.tenant
        consented = consent_of(message.payload)
        if consented is None:
            token = unsubscribe_token(self.key, tenant, message.address)
        else:
            token = withdrawal_token(self.key, tenant, message.address, consented)
        return f"{self.routes.base_url.rstrip('/')}/unsubscribe/{tenant}/{token}"

    def return_path(self, message: Message) -> str | None:
        bounces = self.routes.bounces
        return return_path(self.key, message.compiled.tenant, message.address, bounces) if bounces else None


def _letter(message: Message, batch: Batch, desk: _Desk) -> Letter:
    """Somebody known by address only gets no link: they could not open it."""
    return Letter(
        key=message.row.key,
        to_address=message.address,
        to_name=message.recipient.name if message.recipient else "",
        subject=message.notice.title,
        text=message.notice.body or message.notice.title,
        link=message.notice.link if message.recipient else None,
        language=message.notice.language,
        sent_at=batch.clock(),
        html=message.notice.html,
        unsubscribe=desk.unsubscribe(message),
        return_path=desk.return_path(message),
    )
