"""Every link within the documents leads somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.documents import ROOT, anchors, documents, links


@pytest.mark.parametrize("document", documents(), ids=lambda document: str(document.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for link in links(document):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), link


@pytest.mark.parametrize("document", documents(), ids=lambda document: str(document.relative_to(ROOT)))
def test_documents_are_plain(document: Path) -> None:
    text = document.read_text("utf-8")
    assert text.startswith("# ")
    assert text.endswith("\n")
    assert "\t" not in text or document.name == "tutorial.md"
