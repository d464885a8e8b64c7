"""A mail server for tests: speaks just enough SMTP, keeps what it is given, refuses whom it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class MailServer:
    """`refuses`: addresses and the reply they get."""

    url: str = ""
    refuses: dict[str, str] = field(default_factory=dict)
    letters: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A client that is killed in the middle has sent nothing."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._converse(reader, writer)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            command = line.decode().strip()
            verb = command[:4].upper()
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                content = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(content[:-5])
                writer.write(b"250 taken\r\n")
            elif verb == "MAIL":
                self.senders.append(command.partition("<")[2].partition(">")[0])
                writer.write(b"250 fine\r\n")
            elif verb == "RCPT":
                address = command.partition("<")[2].partition(">")[0]
                self.recipients.append(address)
                writer.write(f"{self.refuses.get(address, '250 fine')}\r\n".encode())
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 fine\r\n")
        writer.close()


@asynccontextmanager
async def mail_server(**refuses: str) -> AsyncIterator[MailServer]:
    kept = MailServer(refuses=refuses)
    server = await asyncio.start_server(kept.serve, "127.0.0.1", 0)
    kept.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield kept
