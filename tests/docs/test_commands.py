"""Every `trellis …` and curl command of the documents is one: it exists, and so do its options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pytest
import typer

from tests.docs import curl
from tests.docs.documents import ROOT, all_blocks, documents, inline_code
from tests.docs.shell import commands_of
from trellis.cli import build_app

_ROOT_COMMAND: Any = typer.main.get_command(build_app())
_PLACEHOLDER = re.compile(r"[A-Z]+\Z")


def commands(name: str) -> list[tuple[str, list[str]]]:
    """(place, words) of the commands of that name in blocks of shell."""
    return [
        (block.place, words)
        for block in all_blocks("sh")
        for line in commands_of(block.text)
        for words in _commands_in(line)
        if words[:1] == [name]
    ]


def _commands_in(line: str) -> Iterator[list[str]]:
    inside = re.match(r"[A-Z_]+=\$\((.*)\)\Z", line)
    words = shlex.split(inside[1] if inside else line)
    for is_end, group in groupby(words, lambda word: word in ("|", "&&", "&")):
        if not is_end:
            yield list(group)


@pytest.mark.parametrize(("place", "words"), commands("trellis"))
def test_trellis_command_exists(place: str, words: list[str]) -> None:
    check_trellis(words[1:])


@pytest.mark.parametrize(("place", "words"), commands("curl"))
def test_curl_command_is_one(place: str, words: list[str]) -> None:
    curl.parse(words[1:])


def test_commands_in_sentences_exist() -> None:
    for document in documents():
        for text in inline_code(document):
            words = text.split()
            if words[:1] == ["trellis"] and len(words) > 1:
                check_words(words[1:], f"{document.relative_to(ROOT)}: {text}")


def check_trellis(words: list[str]) -> None:
    """Parses it without running anything."""
    command, name = _ROOT_COMMAND, "trellis"
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        assert words[0] in command.commands, f"there is no command {name} {words[0]}"
        name, command, words = f"{name} {words[0]}", command.commands[words[0]], words[1:]
    if words not in (["--help"], ["--version"], ["--install-completion"]):
        assert not hasattr(command, "commands"), f"{name} needs a command"
        command.make_context(name, list(words))


def check_words(words: list[str], place: str) -> None:
    """Of a sentence, where arguments may be left out: that the command and its options are there."""
    command = _ROOT_COMMAND
    for word in words:
        if hasattr(command, "commands") and word[0] != "-" and not _PLACEHOLDER.match(word):
            assert word in command.commands, place
            command = command.commands[word]
        elif word.startswith("-"):
            options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
            assert word in options, place
