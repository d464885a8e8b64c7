"""A curl command line as the documents write it -> a request to an application in this process -> what curl would print."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn
from urllib.parse import quote, urlsplit

from tests.docs.server import Server


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(f"curl: {message}")


def build_parser() -> argparse.ArgumentParser:
    """The options of curl that the documents use."""
    parser = _Parser(prog="curl", allow_abbrev=False, add_help=False)
    parser.add_argument("-s", "--silent", action="store_true")
    parser.add_argument("-i", "--include", action="store_true")
    parser.add_argument("-G", "--get", action="store_true")
    parser.add_argument("-X", "--request", dest="method")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("-d", "--data")
    parser.add_argument("--data-urlencode", action="append", default=[])
    parser.add_argument("-b", "--cookie")
    parser.add_argument("-c", "--cookie-jar")
    parser.add_argument("url")
    return parser


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Raises ValueError for what is no curl command line here."""
    return build_parser().parse_args(_parted(arguments))


def run(arguments: Sequence[str], server: Server) -> str:
    asked = parse(arguments)
    address = urlsplit(asked.url)
    query = "&".join(filter(None, [address.query, *(_encoded(pair) for pair in asked.data_urlencode)]))
    method = asked.method or ("POST" if asked.data is not None and not asked.get else "GET")
    headers = dict(header.split(": ", 1) for header in asked.header)
    content = None if asked.data is None else asked.data.encode()
    answer = server.request(method, f"{address.path}?{query}" if query else address.path, headers, content)
    if not asked.include:
        return answer.text
    shown = [
        f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    return "\n".join([*shown, "", answer.text])


def _parted(arguments: Sequence[str]) -> list[str]:
    """-sX POST as -s -X POST."""
    parts: list[str] = []
    for one in arguments:
        if len(one) > 2 and one[0] == "-" and one[1] in "siG" and one[1] != "-":
            parts += [f"-{letter}" for letter in one[1:]]
        else:
            parts.append(one)
    return parts


def _encoded(pair: str) -> str:
    name, _, value = pair.partition("=")
    return f"{name}={quote(value)}"
