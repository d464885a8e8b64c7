"""The bundled assets: small, compressed, kept for ever, and with every icon that a page asks for."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from builder_ui.assets import FOLDER, Assets, load_assets
from builder_ui.faults import Fault
from builder_ui.rendering import TEMPLATES, Renderer
from builder_ui.translation import LANGUAGES
from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site

MOST_SCRIPT_BYTES = 150_000


@pytest.fixture(scope="module")
def assets() -> Assets:
    built = load_assets()
    assert built.is_built, "run `make`, or `npm ci && npm run build` in builder_ui/frontend"
    return built


@pytest.mark.parametrize(("accepted", "encoding"), [("br, gzip", "br"), ("gzip", "gzip"), ("", None)])
def test_text_is_sent_compressed_to_whoever_takes_it(
    site: Site, assets: Assets, accepted: str, encoding: str | None
) -> None:
    answer = site.get(assets.url("app.css"), headers={"accept-encoding": accepted}, token=None)
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "accept-encoding" in answer.headers["vary"]


@pytest.mark.parametrize("path", ["manifest.json", "../assets.py", "nothing.css", "app.css.br"])
def test_nothing_else_is_served(site: Site, path: str) -> None:
    assert site.get(f"/static/{path}", token=None).status_code == 404


def test_the_script_is_small(assets: Assets) -> None:
    script = (FOLDER / assets.files["app.js"]).read_bytes()
    assert len(gzip.compress(script)) < MOST_SCRIPT_BYTES


def test_the_style_sheet_needs_nothing_from_elsewhere(assets: Assets) -> None:
    style = (FOLDER / assets.files["app.css"]).read_text("utf-8")
    assert "http://" not in style.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in style


def test_every_template_compiles_in_every_language(assets: Assets) -> None:
    renderer = Renderer(assets)
    for language in LANGUAGES:
        for path in TEMPLATES.rglob("*.html"):
            renderer._environments[language].get_template(path.relative_to(TEMPLATES).as_posix())


def test_no_template_has_inline_styles_or_scripts() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text("utf-8")
        assert ' style="' not in text, path
        assert " onclick=" not in text, path


def test_pages_ask_only_for_icons_that_the_sprite_has(browser: Browser, assets: Assets, site: Site) -> None:
    deal = site.create("deal", name="Drawn", amount=1)
    paths = (
        "/app", "/app/deal", "/app/deal?sort=-amount", f"/app/deal/{deal}", "/app/deal/new", "/app/notifications", "/app/search?q=x",
        "/builder", "/builder/plan", "/builder/objects/deal?add=lookup", "/builder/objects/new", "/app/nowhere",
    )  # fmt: skip
    own = {"building", "target-arrow", "briefcase"}
    for path in paths:
        page = browser.get(path)
        assert page.icons <= assets.icons | own, path
        asked_for_a_box = "box" in page.icons - set(assets.object_icons)
        assert not asked_for_a_box, path


def test_without_a_build_the_server_starts_and_says_so(tmp_path: Path) -> None:
    text = Renderer(load_assets(tmp_path)).text("error.html", "en", {"page": _fault(), "theme": "light"})
    assert "The style sheets are not built." in text


def _fault() -> Fault:
    return Fault(title="T", text="t", icon="lock", tone="", href="/app", label="Home")
