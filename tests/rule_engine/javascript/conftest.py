"""Node.js, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rule_engine.javascript.evaluator import JavascriptEvaluator


@pytest.fixture(scope="session")
def javascript() -> Iterator[JavascriptEvaluator]:
    with JavascriptEvaluator() as evaluator:
        yield evaluator
