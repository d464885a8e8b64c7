"""The words of hover texts in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from rule_engine.types import Kind

Language = Literal["en", "zh-Hans"]

_KINDS: Mapping[Kind, tuple[str, str]] = {
    Kind.NUMBER: ("Number", "数字"),
    Kind.TEXT: ("Text", "文本"),
    Kind.BOOLEAN: ("True or false", "是或否"),
    Kind.DATE: ("Date", "日期"),
    Kind.DATETIME: ("Date and time", "日期时间"),
    Kind.TIME: ("Time", "时间"),
    Kind.PICKLIST: ("Picklist", "选项列表"),
    Kind.MULTI_PICKLIST: ("Multi-select picklist", "多选选项列表"),
    Kind.ID: ("Lookup", "查找"),
    Kind.GEOLOCATION: ("Geolocation", "地理位置"),
    Kind.SEALED: ("Encrypted", "已加密"),
    Kind.LIST: ("List of child records", "子记录列表"),
    Kind.NULL: ("Blank", "空白"),
}
_TEXTS: Mapping[str, tuple[str, str]] = {
    "example": ("For example, {0} is {1}", "例如 {0} 的结果是 {1}"),
    "value": ("Here it is always {0}", "此处始终为 {0}"),
    "local": ("A name that LET binds", "由 LET 定义的名称"),
    "of": ("{0}: {1}", "{0}：{1}"),
    "percent": ("In percent: 24 is 24%", "百分比：24 即 24%"),
    "fraction": ("A fraction: 0.24 is 24%", "小数：0.24 即 24%"),
    "values": ("Values: {0}", "可选值：{0}"),
}


def kind_word(kind: Kind, language: Language) -> str:
    return _KINDS[kind][0 if language == "en" else 1]


def said(name: str, language: Language) -> str:
    """A text with places to fill."""
    return _TEXTS[name][0 if language == "en" else 1]
