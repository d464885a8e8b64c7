"""What must not stand in a log -> what may. Pure.

Tokens, and links with tokens in them, are as good as passwords to whoever reads them. What looks like one loses its secret part wherever
it turns up: in a path, in the words of an error, in a traceback.
"""

from __future__ import annotations

import logging
import re
import time

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
HIDDEN = "…"
# 32 random bytes and more, as secrets.token_urlsafe writes them; ids (36 characters with their hyphens) are shorter, names in code have
# neither digits nor capitals at such a length.
_TOKEN = re.compile(r"(?<![A-Za-z0-9_-])(?=[a-z_-]*[A-Z0-9])[A-Za-z0-9_-]{40,}(?![A-Za-z0-9_-])")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+")
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^:/@\s]*):[^@/\s]*@")


def redacted(text: str) -> str:
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    text = _PASSWORD_IN_URL.sub(rf"\1:{HIDDEN}@", text)
    return _TOKEN.sub(HIDDEN, text)


def one_line(text: str) -> str:
    """Without what would begin a line, or tell a terminal what to do: nobody writes lines of their own into a log."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


class RedactingFormatter(logging.Formatter):
    """Writes a record as logging.Formatter does, by UTC, and hides what must not stand there, in tracebacks too. Of a message with several
    lines, all but the first are moved in."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # as logging calls it
        record.message = "\n    ".join(map(one_line, record.message.splitlines()))
        return super().formatMessage(record)
