"""What is wrong with metadata and formulas is told in Chinese to who reads Chinese, wherever it shows."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.builder_ui.browser import Browser
from tests.builder_ui.test_builder import add_field
from tests.builder_ui.test_formula_editor import LIVE, ask
from tests.trellis.api.sites import Site


@pytest.fixture
def reader(site: Site) -> Browser:
    browser = Browser(site, language="zh-Hans")
    browser.sign_in()
    return browser


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ('stag = "Won"', "没有字段“stag”。"),
        ("amount +", "内容过早结束。"),
        ("urgent + name = name", "“+”不能用于是非值和文本。"),
        ("UPER(name) = name", "没有函数“UPER”。"),
        ("LEFT(name) = name", "LEFT 需要 2 个参数，这里有 1 个。"),
        ("name", "应为是非值，实际是文本。"),
        ('"half', "文本没有闭合。"),
    ],
)
def test_a_filter_that_cannot_be_read(formula: str, told: str, reader: Browser) -> None:
    page = reader.get(f"/app/deal?filter={quote(formula)}")
    assert told in page.text


def test_findings_and_warnings_in_the_editor(reader: Browser) -> None:
    (wrong,) = ask(reader, LIVE, "check", formula='stag = "Won"', returns="checkbox")["findings"]
    assert wrong["message"] == "没有字段“stag”。 您是不是要写“stage”？"
    found = ask(reader, LIVE, "check", formula='stage = "Wonn"', returns="checkbox")
    assert "Wonn" in found["findings"][0]["message"]
    assert "选项列表" in found["findings"][0]["message"]
    assert found["findings"][0]["severity"] == "warning"


def test_a_field_that_does_not_hold_together(reader: Browser) -> None:
    page = add_field(reader, "deal", "formula", label="Twice", formula="amuont * 2", returns="number")
    assert "没有字段“amuont”（公式第 1 列）。" in page.text
    page = add_field(reader, "deal", "picklist", label="Kind", values="One\none")
    assert "值 'one' 已存在（不区分大小写）。 请去掉其中一个。" in page.text
