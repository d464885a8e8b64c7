"""Writes docs/reference."""

from __future__ import annotations

from pathlib import Path

from tests.docs.reference import render_pages

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "reference"

FOLDER.mkdir(parents=True, exist_ok=True)
for name, text in render_pages().items():
    (FOLDER / name).write_text(text, "utf-8")
    print(FOLDER / name)
