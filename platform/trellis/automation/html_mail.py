"""The HTML twin of an e-mail: from a template's own HTML, cleaned of everything that runs, or made from the plain text."""

from __future__ import annotations

import html

import nh3

TAGS = frozenset(
    {
        *(
            "a",
            "b",
            "blockquote",
            "br",
            "caption",
            "center",
            "code",
            "col",
            "colgroup",
            "dd",
            "del",
            "div",
            "dl",
            "dt",
            "em",
        ),
        *(
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "i",
            "img",
            "ins",
            "li",
            "mark",
            "ol",
            "p",
            "pre",
            "q",
            "s",
            "small",
            "span",
        ),
        *("strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
    }
)
EVERYWHERE = frozenset({"style", "align", "valign", "dir", "lang", "width", "height", "bgcolor", "title"})
ATTRIBUTES = {
    "*": set(EVERYWHERE),
    "a": {"href"},
    "img": {"src", "alt"},
    "table": {"border", "cellpadding", "cellspacing", "role"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
STYLES = frozenset(
    {
        *(
            "background-color",
            "border",
            "border-bottom",
            "border-collapse",
            "border-color",
            "border-left",
            "border-radius",
        ),
        *(
            "border-right",
            "border-spacing",
            "border-style",
            "border-top",
            "border-width",
            "color",
            "display",
            "font-family",
        ),
        *(
            "font-size",
            "font-style",
            "font-weight",
            "height",
            "letter-spacing",
            "line-height",
            "list-style-type",
            "margin",
        ),
        *(
            "margin-bottom",
            "margin-left",
            "margin-right",
            "margin-top",
            "max-width",
            "min-width",
            "padding",
            "padding-bottom",
        ),
        *(
            "padding-left",
            "padding-right",
            "padding-top",
            "text-align",
            "text-decoration",
            "text-transform",
            "vertical-align",
        ),
        *("white-space", "width", "word-break"),
    }
)
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_PAGE = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
    "<body style=\"margin:0;padding:24px;font-family:-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',sans-serif;"
    'font-size:15px;line-height:1.55;color:#1f2933">{content}</body></html>'
)


def clean_html(fragment: str) -> str:
    """Without scripts, frames, forms, event handlers, addresses of other schemes than http, https, mailto and tel, and whatever else a
    letter does not need; what was left open is closed."""
    return nh3.clean(
        fragment,
        tags=set(TAGS),
        clean_content_tags={"script", "style"},
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(SCHEMES),
        filter_style_properties=set(STYLES),
        url_relative="deny",
        link_rel=None,
        strip_comments=True,
    )


def html_of_text(text: str, link: str | None) -> str:
    """Paragraphs, and the link as one at the end, wherever it stood alone in the text."""
    parts = [part for part in text.strip().split("\n\n") if part.strip() != link]
    paragraphs = "".join(f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in parts)
    return paragraphs if link is None else paragraphs + f"<p>{_anchor(link, link)}</p>"


def footer_html(words: str, address: str) -> str:
    """Small print with a link."""
    return f'<p style="margin-top:32px;font-size:12px;color:#6b7785">{_anchor(address, words, "color:inherit")}</p>'


def as_page(content: str, language: str) -> str:
    """`content`: HTML that is clean."""
    return _PAGE.format(language=html.escape(language), content=content)


def _anchor(address: str, words: str, style: str = "") -> str:
    styled = f' style="{style}"' if style else ""
    return f'<a href="{html.escape(address)}"{styled}>{html.escape(words)}</a>'
