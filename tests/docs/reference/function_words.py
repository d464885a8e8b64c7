"""The words of the function reference in both languages."""

from __future__ import annotations

from collections.abc import Mapping

INTRODUCTIONS: Mapping[str, str] = {
    "en": """
The functions of formulas, the same in formula fields, validations, filters and rules; also [in Chinese](functions.zh-Hans.md). Names
may be written in any letter case. `...` is what may be repeated, `|` stands between ways to call it. In types, `?` marks what may be left
out. [Formulas](../rules.md#formulas) has the operators and what blank means.

A failure has one of the codes named here, which [error codes](errors.md) explains; any calculation may also fail with
`out_of_range`, when a number grows too large. Where a target is not named, the database or the browser cannot compute the function:
in a formula field it is then computed after reading, and lists cannot be filtered or sorted by it.
""",
    "zh-Hans": """
公式的函数，在公式字段、验证、筛选和规则中均相同；另有[英文版](functions.md)。名称不区分大小写。
`...` 表示可以重复，`|` 分隔不同的调用方式。
类型中的 `?` 表示可以省略。运算符以及空白的含义见 [Formulas](../rules.md#formulas)（英文）。

出错时的代码在此列出，说明见[错误代码](errors.md)（英文）；任何计算在数字过大时还可能以 `out_of_range` 出错。
未列出的目标表示数据库或浏览器无法计算该函数：
公式字段会在读取之后计算，列表不能按其筛选或排序。
""",
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Functions",
        "conditions": "Conditions and blanks",
        "numbers": "Numbers",
        "texts": "Text",
        "dates": "Dates, times and places",
        "collections": "Names and child records",
        "lookups": "Other objects and currencies",
        "example": "{0} is {1}.",
        "types": "Types",
        "blanks": "Blanks",
        "errors": "Errors",
        "runs_on": "Runs on",
        "none": "none of its own",
        "colon": ": ",
        "comma": ", ",
        "blank_if_any": "Blank when an argument is blank.",
        "never_blank": "Never blank.",
        "per_save": ". Of the record being saved: for validations, conditions and values of rules; not in filters or formula fields",
        "not_in_filters": "; not in filters on the others",
    },
    "zh-Hans": {
        "title": "函数",
        "conditions": "条件与空白",
        "numbers": "数字",
        "texts": "文本",
        "dates": "日期、时间与位置",
        "collections": "名称与子记录",
        "lookups": "其他对象与货币",
        "example": "{0} 的结果是 {1}。",
        "types": "类型",
        "blanks": "空白",
        "errors": "错误",
        "runs_on": "可运行于",
        "none": "没有自身的错误",
        "colon": "：",
        "comma": "、",
        "blank_if_any": "任一参数为空白时结果为空白。",
        "never_blank": "结果不为空白。",
        "per_save": "。针对正在保存的记录：用于验证以及规则的条件和值，不能用于筛选或公式字段",
        "not_in_filters": "；在其他目标上不能用于筛选",
    },
}

KINDS: tuple[tuple[str, str], ...] = (
    ("same as the subject", "与主体相同"),
    ("same as the value", "与值相同"),
    ("multi-picklist", "多选选项列表"),
    ("picklist", "选项列表"),
    ("geolocation", "地理位置"),
    ("datetime", "日期时间"),
    ("boolean", "布尔"),
    ("number", "数字"),
    ("text", "文本"),
    ("date", "日期"),
    ("time", "时间"),
    ("field", "字段"),
    ("list", "子记录"),
    ("name", "名称"),
    ("same", "相同"),
    ("any", "任意"),
    ("id", "ID"),
)
"""Longer words first: they hold shorter ones."""
