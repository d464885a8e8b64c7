"""Chinese sentences, with a blank between Chinese characters and Latin letters or digits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time

from rule_engine.targets.sentence.phrases import Phrase
from rule_engine.targets.sentence.said import Said
from rule_engine.types import Kind

_PLAIN = re.compile(r"(?:[A-Z][\w\-]*(?: [\w\-]+)*|[\u4e00-\u9fff]+)\Z", re.ASCII)
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[^\W_]|[+\-%$\"'/]")
_PLACEHOLDER = re.compile(r" ?\{(\w+)\} ?")
_UNITS = {Kind.DATE: "天", Kind.DATETIME: "天", Kind.TIME: "毫秒"}
_AMOUNTS = {"<": "低于", "<=": "不高于", ">": "高于", ">=": "不低于"}
_MOMENTS = {"<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}
_TEXTS = {"<": "排在{}之前", "<=": "排在{}之前或与之相同", ">": "排在{}之后", ">=": "排在{}之后或与之相同"}
_IN_TIME = (Kind.DATE, Kind.DATETIME, Kind.TIME)
_AS_TEXT = (Kind.TEXT, Kind.PICKLIST, Kind.ID)
_CONTEXTS = {"now": "现在", "today": "今天", "user.id": "当前用户"}
_GLOBALS = {
    "user": "当前用户",
    "org": "组织",
    "organization": "组织",
    "profile": "简档",
    "role": "角色",
    "permission": "权限",
    "label": "标签",
    "setup": "设置",
    "customsetting": "设置",
}
_NAMED = ("permission", "label", "setup", "customsetting")
_AGGREGATES = {"sum": "总和", "avg": "平均值", "min": "最小值", "max": "最大值"}


def run(*texts: str) -> str:
    """The texts in a row; a blank where Chinese meets Latin letters or digits."""
    result = ""
    for text in filter(None, texts):
        result += f" {text}" if result and _needs_blank(result[-1], text[0]) else text
    return result


def _needs_blank(before: str, after: str) -> bool:
    is_mixed = bool(_HAN.match(before)) != bool(_HAN.match(after))
    other = after if _HAN.match(before) else before
    return is_mixed and bool(_LATIN.match(other))


class Chinese:
    language = "zh-Hans"
    blank = "空"

    # values

    def bracketed(self, text: str) -> str:
        return f"（{text}）"

    def items(self, texts: Sequence[str]) -> str:
        return "、".join(texts)

    def text(self, value: str) -> str:
        """Plain names stand as they are; what could be read as part of the sentence is in quotes."""
        return value if _PLAIN.match(value) else self.quoted(value)

    def quoted(self, value: str) -> str:
        return "“{}”".format(" ".join(value.splitlines()) or value)

    def boolean(self, value: bool) -> str:
        return "是" if value else "否"

    def date(self, value: date) -> str:
        return f"{value.year}年{value.month}月{value.day}日"

    def datetime(self, value: datetime) -> str:
        return f"{self.date(value)} {_clock(value.time())}（UTC）"

    def time(self, value: time) -> str:
        return _clock(value)

    def member(self, owner: str, name: str) -> str:
        return run(owner, "的", name)

    def of_global(self, name: str, member: str) -> str:
        """Of `$Permission` and its like the member is the thing; the others have it."""
        kind = _GLOBALS.get(name, name)
        return run(kind, member) if name in _NAMED else self.member(kind, member)

    def context(self, name: str) -> str | None:
        return _CONTEXTS.get(name)

    def before_change(self, field: str) -> str:
        return run("更改前的", field)

    def phrase(self, phrase: Phrase, *, is_not: bool) -> str:
        return phrase.not_chinese if is_not else phrase.chinese

    def leans(self, template: str) -> bool:
        return template.startswith("{0}的") and template.count("{") == 1

    def is_open_at(self, template: str, index: int) -> bool:
        return template.startswith(f"{{{index}}}")

    def filled(self, template: str, texts: Sequence[str]) -> str:
        pieces = _PLACEHOLDER.split(template)
        named = {str(index): text for index, text in enumerate(texts)} | {"all": self.items(texts)}
        return run(*(named[piece] if index % 2 else piece for index, piece in enumerate(pieces)))

    def call(self, name: str, texts: Sequence[str]) -> str:
        return run(self.items(texts), "的", name) if texts else name

    def later(self, base: str, amount: str, kind: Kind, *, is_earlier: bool) -> str:
        return run(base, "之前" if is_earlier else "之后", amount, _UNITS[kind])

    def span(self, start: str, end: str, kind: Kind) -> str:
        return run("从", start, "到", end, "的天数" if kind is not Kind.TIME else "的毫秒数")

    def calculation(self, left: str, sign: str, right: str) -> str:
        return f"{left} {sign} {right}".replace("） ", "）").replace(" （", "（")

    def joined(self, texts: Sequence[str]) -> str:
        first, *others = texts
        return run(first, *(part for text in others for part in ("后接", text)))

    def whether(self, statement: str) -> str:
        return run("是否", statement)

    def fallback(self, value: str, substitute: str) -> str:
        return f"{value}（{run('为空时取', substitute)}）"

    def recovery(self, value: str, substitute: str) -> str:
        return f"{value}（{run('出错时取', substitute)}）"

    def choice(self, branches: Sequence[tuple[str, str]], otherwise: str) -> str:
        parts = [run(condition, "时为", value) for condition, value in branches]
        return "；".join([*parts, run("否则为", otherwise)])

    def case(self, subject: str, branches: Sequence[tuple[str, str]], otherwise: str) -> str:
        (first, result), *others = branches
        parts = [run(subject, "为", first, "时取", result)]
        parts += [run("为", value, "时取", result) for value, result in others]
        return "；".join([*parts, run("否则取", otherwise)])

    def where(self, body: str, bindings: Sequence[tuple[str, str]]) -> str:
        return f"{body}，" + run("其中", "，".join(run(name, "为", value) for name, value in bindings))

    def aggregate(self, function: str, rows: str, value: str | None, condition: str | None) -> str:
        of = run(f"满足（{condition}）的", rows) if condition else rows
        return run(of, "的数量") if value is None else run(of, "中", value, f"的{_AGGREGATES[function]}")

    def found(self, field: str, object_: str, key_field: str, key: str) -> str:
        return run(key_field, "为", key, "的", object_, "的", field)

    # statements

    def constant(self, *, is_true: bool) -> str:
        return "始终成立" if is_true else "从不成立"

    def result(self, *, is_true: bool) -> str:
        return "成立" if is_true else "不成立"

    def unless_failing(self, statement: str, *, is_true: bool) -> str:
        return f"{statement}（出错时{'也成立' if is_true else '不成立'}）"

    def truth(self, subject: str, *, is_not: bool) -> str:
        return run(subject, "为“否”" if is_not else "为“是”")

    def equal(self, subject: str, value: str, *, is_named: bool, is_not: bool) -> str:
        if is_named:
            return run(subject, "不为" if is_not else "为", value)
        return run(subject, "不等于" if is_not else "等于", value)

    def never_equal(self, subject: str) -> str:
        return run(subject, "等于空（从不成立）")

    def order(self, subject: str, operator: str, value: str, kind: Kind) -> str:
        if kind in _AS_TEXT:
            before, after = _TEXTS[operator].split("{}")
            return run(subject, before, value, after)
        return run(subject, (_MOMENTS if kind in _IN_TIME else _AMOUNTS)[operator], value)

    def between(self, subject: str, low: str, high: str, *, is_not: bool) -> str:
        return run(subject, "不在" if is_not else "在", low, "到", high, "之间")

    def one_of(self, subject: str, values: Sequence[str], *, is_not: bool) -> str:
        if is_not:
            return run(subject, "不为", self.items(values), "中的任何一个")
        return run(subject, "为", self.items(values), "之一")

    def holds(self, subject: str, values: Sequence[str], *, is_not: bool) -> str:
        verb = "不包含" if is_not else "包含"
        return run(subject, verb, self.items(values), "" if len(values) == 1 else "中的任何一个")

    def is_blank(self, subject: str, *, is_not: bool) -> str:
        return run(subject, "不为空" if is_not else "为空")

    def state(self, name: str, *, is_not: bool) -> str:
        if name == "is_new":
            return "记录不是新建的" if is_not else "记录是新建的"
        return "记录不是复制而来的" if is_not else "记录是复制而来的"

    def all_of(self, statements: Sequence[Said]) -> str:
        first, *others = (one.text for one in statements)
        return run(first, *(part for text in others for part in ("，且", text)))

    def any_of(self, statements: Sequence[Said]) -> str:
        first, *others = (one.text for one in statements)
        return run(first, *(part for text in others for part in ("，或", text)))

    def not_true(self, statement: str) -> str:
        return f"并非（{statement}）"

    def condition(self, branches: Sequence[tuple[str, str]], otherwise: str) -> str:
        parts = [run("若", condition, "，则", value) for condition, value in branches]
        return "；".join([*parts, run("否则", otherwise)])


def _clock(value: time) -> str:
    if value.microsecond:
        return value.isoformat("milliseconds")
    return value.isoformat("seconds" if value.second else "minutes")
