"""The shared findings, when they lie beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path

from tests.rules.adapters import findings

SHARED = Path(__file__).parents[3] / "shared" / "rules"

if SHARED.is_dir():

    def test_every_shared_finding_is_made_and_no_other() -> None:
        text = (SHARED / "analysis/findings.rule").read_text(encoding="utf-8")
        expected = json.loads((SHARED / "analysis/expected.json").read_text(encoding="utf-8"))
        assert findings(text, SHARED / "schema.json") == expected
