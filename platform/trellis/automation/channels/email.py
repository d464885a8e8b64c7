"""E-mail: each message becomes a letter for the mailer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from trellis.automation.channels.channel import Batch, Message
from trellis.automation.channels.letter import Letter
from trellis.automation.channels.mailers import Mailer
from trellis.automation.claims import Outcome
from trellis.automation.errors import DeliveryFailed

LETTERS_AT_ONCE = 8


class EmailChannel:
    """Rows are settled all at once when the mailer finds repeats itself, else each as soon as its letter is gone."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    async def deliver(self, batch: Batch, messages: Sequence[Message]) -> Sequence[Outcome]:
        at_once = asyncio.Semaphore(LETTERS_AT_ONCE)

        async def send(message: Message) -> Outcome:
            async with at_once:
                outcome = await self._send(batch, message)
                if not self._mailer.repeats_safely:
                    await batch.settle([outcome])
                return outcome

        outcomes = await asyncio.gather(*(send(message) for message in messages))
        if self._mailer.repeats_safely:
            await batch.settle(outcomes)
        return outcomes

    async def _send(self, batch: Batch, message: Message) -> Outcome:
        if not message.address:
            return Outcome(row=message.row, error="not delivered: the recipient has no e-mail address")
        try:
            await self._mailer.send(_letter(message, batch))
        except DeliveryFailed as error:
            return batch.after_failure(message.row, error)
        return Outcome(row=message.row)


def _letter(message: Message, batch: Batch) -> Letter:
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
    )
