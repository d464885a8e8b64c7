"""Runs vectors on one target and tells how many pass, by function.

    python -m tests.conformance.run --target python|sqlite|postgresql|javascript [FILES]

Without FILES: the vectors of ../shared/conformance beside the checkout, judged by the check.py there.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from rule_engine import UnsupportedOnTarget
from tests import servers
from tests.conformance import adapters
from tests.conformance.postgresql import PostgresqlEvaluator

SHARED = Path(__file__).parents[2].parent / "shared" / "conformance"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", choices=["python", "sqlite", "postgresql", "javascript"], default="python")
    parser.add_argument("--check", type=Path, default=SHARED / "check.py", help="the judge")
    parser.add_argument("--url", help="a PostgreSQL database to use; a throwaway server otherwise")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--failures", "-n", type=int, default=20, help="how many failures to print")
    parser.add_argument("--only", default="", help="only vectors whose id or formula matches this expression")
    arguments = parser.parse_args()
    files = arguments.files or sorted(SHARED.glob("vectors.*.jsonl"))
    judge = load_judge(arguments.check)
    with ExitStack() as resources:
        evaluator = _evaluator(arguments.target, arguments.url, resources)
        options = ["--failures", str(arguments.failures), "--only", arguments.only]
        options += [] if arguments.target in ("python", "javascript") else ["--error-as-null"]
        for file in files:
            zoned = partial(evaluator, time_zone=time_zone_of(file))
            judge.main([publish(zoned), str(file), *options])


def time_zone_of(file: Path) -> str:
    """The user's time zone in the vectors of a file."""
    with file.open(encoding="utf-8") as lines:
        return str(json.loads(next(lines)).get("user_timezone", "UTC"))


def load_judge(path: Path) -> ModuleType:
    """check.py as a module."""
    spec = importlib.util.spec_from_file_location("conformance_check", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"There is no {path}.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def publish(evaluator: Any) -> str:
    """The name under which the judge finds an evaluator. What a target does not offer counts as failed."""

    def evaluate(*arguments: Any) -> Any:
        try:
            return evaluator(*arguments)
        except UnsupportedOnTarget as error:
            raise NotImplementedError(str(error)) from None

    module = ModuleType("conformance_evaluator")
    module.evaluate = evaluate  # type: ignore[attr-defined]  # the judge imports it by name
    sys.modules[module.__name__] = module
    return f"{module.__name__}:evaluate"


def _evaluator(target: str, url: str | None, resources: ExitStack) -> Any:
    if target != "postgresql":
        return getattr(adapters, target)
    evaluator = PostgresqlEvaluator(url or resources.enter_context(servers.postgresql()))
    resources.callback(evaluator.close)
    return evaluator


if __name__ == "__main__":
    main()
