"""The shell as far as the documents need it, in this process: trellis, curl, variables, folders. What it does not know fails a test."""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from tests.docs import curl
from tests.docs.server import Server
from trellis.cli import main
from trellis.settings import load_settings

_ASSIGNMENT = re.compile(r"(?:export )?([A-Z_]+)=(?:\$\((.*)\)|(.*))\Z")
_ECHO = re.compile(r"echo (.*?) \| (.*)\Z")
_CUT = re.compile(r"(.*) \| cut -d '(.)' -f (\d+)\Z")


def commands_of(text: str) -> Iterator[str]:
    """The commands of a block, without comments, continued lines joined."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield re.sub(r"\s+#\s.*\Z", "", line).strip()


class Shell:
    """Belongs to one folder. `serve` starts a server in this process, which lives until the shell is closed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._variables: dict[str, str] = {}
        self._closing = ExitStack()
        self._server: Server | None = None

    def __enter__(self) -> Shell:
        self._closing.enter_context(patch.dict(os.environ))
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    @property
    def folder(self) -> Path:
        return self._folder

    def run(self, command: str) -> str:
        """What it printed. Raises AssertionError when it fails or is not known here."""
        assigned = _ASSIGNMENT.match(command)
        if assigned:
            value = self.run(assigned[2]) if assigned[2] else " ".join(shlex.split(self._expanded(assigned[3])))
            self._variables[assigned[1]] = value.strip()
            os.environ[assigned[1]] = value.strip()
            return ""
        cut = _CUT.match(command)
        if cut:
            return self.run(cut[1]).split(cut[2])[int(cut[3]) - 1]
        echo = _ECHO.match(command)
        typed = " ".join(shlex.split(echo[1])) + "\n" if echo else ""
        name, *arguments = shlex.split(self._expanded((echo[2] if echo else command).removesuffix("&")))
        match name:
            case "mkdir":
                (self._folder / arguments[-1]).mkdir(parents=True, exist_ok=True)
            case "cd":
                self._folder = self._folder / arguments[0]
            case "curl":
                assert self._server is not None, f"no server runs for {command}"
                return curl.run(arguments, self._server)
            case "trellis" if arguments[0] == "serve":
                self._serve()
            case "trellis":
                return self._trellis(arguments, typed)
            case _:
                raise AssertionError(f"the tests of the documents do not know the command {name}")
        return ""

    def _serve(self) -> None:
        with self._placed():
            settings = load_settings()
        settings = replace(settings, data_dir=self._folder / settings.data_dir)
        self._server = self._closing.enter_context(Server(settings))

    def _trellis(self, arguments: list[str], typed: str) -> str:
        printed, complained = io.StringIO(), io.StringIO()
        code = 0
        with (
            self._placed(),
            redirect_stdout(printed),
            redirect_stderr(complained),
            patch.object(sys, "stdin", io.StringIO(typed)),
            patch.object(sys, "argv", ["trellis", *arguments]),
        ):
            try:
                main()
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        output = printed.getvalue() + complained.getvalue()
        assert code == 0, f"trellis {shlex.join(arguments)} ended with {code}:\n{output}"
        return output

    def _placed(self) -> ExitStack:
        stack = ExitStack()
        stack.callback(os.chdir, Path.cwd())
        os.chdir(self._folder)
        return stack

    def _expanded(self, text: str) -> str:
        """Variables that were set; other dollar signs stay, as those in formulas do."""
        return re.sub(r"\$([A-Z_]+)", lambda found: self._variables.get(found[1], found[0]), text)
