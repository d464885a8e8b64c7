"""View models -> HTML: one Jinja environment for each language, its templates compiled once and kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from builder_ui.assets import Assets
from builder_ui.formula_text import ink_formula
from builder_ui.translation import LANGUAGES, words_of

TEMPLATES = Path(__file__).parent / "templates"
FALLBACK_ICON = "box"


class Renderer:
    def __init__(self, assets: Assets) -> None:
        self.assets = assets
        self._environments = {language: _build_environment(language, assets) for language in LANGUAGES}

    def text(self, template: str, language: str, values: Mapping[str, Any]) -> str:
        return self._environments[language].get_template(template).render(language=language, **values)

    def page(self, template: str, language: str, values: Mapping[str, Any], *, status: int = 200) -> HTMLResponse:
        """Never cached: a page is of one person at one moment, and htmx is sent only a part of it."""
        headers = {"cache-control": "no-store", "vary": "HX-Request, Cookie"}
        return HTMLResponse(self.text(template, language, values), status, headers)


def _build_environment(language: str, assets: Assets) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        extensions=["jinja2.ext.i18n"],
    )
    catalog = words_of(language).catalog
    environment.install_gettext_translations(catalog, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    environment.globals |= {"icon": _icons(assets), "code": ink_formula, "assets": assets}
    environment.filters["hue"] = hue_class
    return environment


def hue_class(hue: int | None) -> str:
    """The class that carries a hue: a style attribute would need a laxer content security policy."""
    return "is-grey" if hue is None else f"h{hue % 361}"


def _icons(assets: Assets) -> Any:
    address = assets.url("icons.svg")
    made: dict[tuple[str, str], Markup] = {}

    def icon(name: str, size: str = "") -> Markup:
        """An icon of the sprite; names that admins gave and the sprite lacks show a box."""
        if (name, size) not in made:
            shown = name if name in assets.icons or not assets.is_built else FALLBACK_ICON
            classes = f"icon {size}".strip()
            svg = Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>')
            if len(made) > 2_000:
                made.clear()
            made[name, size] = svg.format(classes, address, shown)
        return made[name, size]

    return icon
