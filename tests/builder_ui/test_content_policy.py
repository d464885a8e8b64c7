"""No page needs what the content security policy refuses: the templates are read, those that a later part adds, too."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest

from builder_ui.rendering import TEMPLATES
from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site
from trellis.edge.headers import CONTENT_SECURITY_POLICY

WEB = TEMPLATES.parent
REFUSED = {
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "an inline style sheet": re.compile(r"<style[\s>]", re.IGNORECASE),
    "a style attribute": re.compile(r"<[a-z][^<>]*\sstyle\s*=\s*[\"']", re.IGNORECASE),
    "an event handler": re.compile(r"<[a-z][^<>]*\s(on[a-z]+|hx-on[:a-z-]*)\s*=\s*[\"']", re.IGNORECASE),
    "a script address": re.compile(r"[\"'=]\s*javascript:", re.IGNORECASE),
    "an evaluated value": re.compile(r"hx-(vals|headers)\s*=\s*[\"']\s*js:", re.IGNORECASE),
    "something from elsewhere": re.compile(
        r"<(script|link|img|iframe)[^<>]*\s(src|href)\s*=\s*[\"'](https?:)?//", re.IGNORECASE
    ),
}


@cache
def _texts() -> dict[str, str]:
    """The sources of the web by their paths: templates, what makes parts of pages, and scripts."""
    found = {}
    for folder, inner, names in os.walk(WEB):
        inner[:] = sorted(set(inner) - {"node_modules", "static", "locale", "__pycache__"})
        for path in (Path(folder, name) for name in sorted(names)):
            if path.suffix in (".html", ".svg", ".py", ".ts"):
                found[path.relative_to(WEB).as_posix()] = path.read_text("utf-8")
    return found


@pytest.mark.parametrize("what", REFUSED)
def test_no_template_has_what_the_policy_refuses(what: str) -> None:
    found = [
        f"{path}: {match.group()[:80]}"
        for path, text in _texts().items()
        if not path.endswith(".ts")
        for match in REFUSED[what].finditer(text)
    ]
    assert found == []


def test_no_script_of_ours_evaluates_text() -> None:
    evaluating = re.compile(
        r"\beval\(|new Function\(|document\.write|setTimeout\(\s*[\"'`]|insertAdjacentHTML|outerHTML\s*="
    )
    found = [
        f"{path}: {match.group()}"
        for path, text in _texts().items()
        if path.endswith(".ts")
        for match in evaluating.finditer(text)
    ]
    assert found == []


def test_no_script_of_ours_lets_a_name_reach_a_prototype() -> None:
    """Values go under names that are not known here only into a Map, or an object without a prototype."""
    by_name = re.compile(
        r"\w+\[(?!\s*[\d\"'`])[^\]\n]+\]\s*[-+*/|&?]{0,2}=(?![=>])|__proto__|Object\.assign\(\s*\w+\s*,(?!\s*\{)"
    )
    found = [
        f"{path}: {match.group()}"
        for path, text in _texts().items()
        if path.endswith(".ts")
        for match in by_name.finditer(text)
        if f"const {match.group().partition('[')[0]} = Object.create(null)" not in text
    ]
    assert found == []


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_pages_for_anybody_carry_the_policy_too(site: Site) -> None:
    stranger = Browser(site)
    for path, status in (
        ("/login", 200),
        ("/welcome/nothing.nothing", 404),
        ("/unsubscribe/nobody/nothing", 404),
        ("/static/nothing.js", 404),
        ("/nowhere", 404),
    ):
        answer = stranger.get(path, headers={"Accept": "text/html"}).answer
        assert answer.status_code == status, path
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_what_the_edge_refuses_is_a_page_of_ours_in_the_readers_language(site: Site) -> None:
    for language, words in (("en", "This came from another site"), ("zh-Hans", "这个请求来自其他网站")):
        stranger = Browser(site, language=language)
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}
        page = stranger.post("/login", {}, headers=headers)
        assert (page.status, words in page.text) == (403, True)
        lost = stranger.get("/nowhere", headers={"Accept": "text/html"})
        assert (lost.status, "t-fault" in lost.source) == (404, True)
