"""grammar/rules.lark -> its productions as people read them: keywords as they are written, kinds of words in capitals, other productions
in angle brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

_DEFINITION = re.compile(r"(?P<name>_?[a-z_]+)(?:\.\d+)?: (?P<body>.*)")
_TERMINAL = re.compile(r"_?[A-Z][A-Z_]*")
_LEAVES = {
    "word": "NAME",
    "path": "PATH",
    "quoted": "TEXT",
    "username": "USERNAME",
    "expression": "FORMULA",
    "unary": "VALUE",
    "fail_field": "NAME",
}
_SIGNS = {
    "ARROW": "->",
    "EQUALS": "=",
    "LPAR": "(",
    "RPAR": ")",
    "LIST_LPAR": "(",
    "_COMMA": ",",
    "_IN": "in",
    "IN_QUEUE": "in",
    "TEMPLATE_WITH": "with",
}
_KINDS = {"INTEGER": "NUMBER", "TIME": "TIME", "UNIT": "UNIT", "NAME": "NAME", "TEXT": "TEXT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Production:
    """`forms`: each way to write it; `[x]` may be left out, `x*` is any number, `x+` at least one."""

    name: str
    forms: tuple[str, ...]


def productions() -> tuple[Production, ...]:
    """In the order of the grammar; leaves and what only joins others are left out."""
    return tuple(
        Production(name=name.strip("_"), forms=tuple(_shown(form) for form in _alternatives(body)))
        for name, body in _definitions()
        if name not in (*_LEAVES, "rules", "_statement", "time")
    )


def _definitions() -> Iterator[tuple[str, str]]:
    text = files("rule_engine").joinpath("grammar/rules.lark").read_text("utf-8")
    for line in re.sub(r"\n[ \t]+", " ", text).splitlines():
        found = _DEFINITION.fullmatch(line)
        if found:
            yield found["name"], re.sub(r"\s*->\s*\w+", "", found["body"])


def _alternatives(body: str) -> list[str]:
    """Split at bars outside of brackets."""
    forms, depth = [""], 0
    for character in body:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if character == "|" and depth == 0:
            forms.append("")
        else:
            forms[-1] += character
    return [form.strip() for form in forms]


def _shown(form: str) -> str:
    parts = re.findall(r"_?[A-Za-z]\w*|[\[\]()|*+?]", form)
    text = " ".join(_part(part) for part in parts)
    return re.sub(r"(\[|(?<!\S)\() ", r"\1", re.sub(r" ([\]*+?]|\)(?!\S*‘))", r"\1", text))


def _part(part: str) -> str:
    if part in _SIGNS:
        return f"‘{_SIGNS[part]}’" if _SIGNS[part] in "()" else _SIGNS[part]
    if part in _KINDS:
        return _KINDS[part]
    if _TERMINAL.fullmatch(part):
        return part.lower()
    if part[0].isalpha() or part[0] == "_":
        return _LEAVES.get(part) or ("TIME" if part == "time" else f"‹{part.strip('_')}›")
    return part
