"""Pieces of JavaScript, laid out: on one line where they fit, else each part on a line of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

WIDTH = 110
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Group:
    """`opening`, parts, `closing`. `separator` ends every part but the last, which `ending` ends; `leads` begin the
    parts."""

    opening: str
    parts: tuple[Code, ...]
    closing: str
    separator: str = ", "
    leads: tuple[str, ...] = ()
    ending: str = ""
    flat: str = field(init=False)

    def __post_init__(self) -> None:
        leads = self.leads or ("",) * len(self.parts)
        inside = self.separator.join(lead + flat(part) for lead, part in zip(leads, self.parts, strict=True))
        object.__setattr__(self, "flat", f"{self.opening}{inside}{self.ending}{self.closing}")


Code = str | Group


def flat(code: Code) -> str:
    """The code on one line."""
    return code if isinstance(code, str) else code.flat


def lay_out(code: Code, *, indent: int = 0, room: int = 0) -> str:
    """The code, whose first line begins behind `room` characters and `indent` levels."""
    if isinstance(code, str) or len(code.flat) + room + indent * len(_INDENT) <= WIDTH:
        return flat(code)
    if not code.parts:
        return code.flat
    start = "\n" + _INDENT * (indent + 1)
    leads = code.leads or ("",) * len(code.parts)
    lines = [
        lead + lay_out(part, indent=indent + 1, room=len(lead)) for lead, part in zip(leads, code.parts, strict=True)
    ]
    inside = (code.separator.rstrip() + start).join(lines)
    return f"{code.opening.rstrip()}{start}{inside}{code.ending}\n{_INDENT * indent}{code.closing.lstrip()}"


def call(function: str, *arguments: Code) -> Code:
    return Group(f"{function}(", arguments, ")")


def array(items: Sequence[Code]) -> Code:
    return Group("[", tuple(items), "]")


def joined(sign: str, parts: Sequence[Code]) -> Code:
    """Parts between operators, in parentheses."""
    if len(parts) == 1:
        return parts[0]
    return Group("(", tuple(parts), ")", " ", ("", *(f"{sign} " for _ in parts[1:])))


def choice(branches: Sequence[tuple[Code, Code]], otherwise: Code) -> Code:
    """The value of the first condition that holds, in parentheses."""
    parts: list[Code] = []
    leads: list[str] = []
    for condition, value in branches:
        parts += [condition, value]
        leads += [": " if leads else "", "? "]
    return Group("(", (*parts, otherwise), ")", " ", (*leads, ": "))


def prefixed(prefix: str, code: Code) -> Code:
    """The code with something before it, which breaks as it would alone."""
    return prefix + code if isinstance(code, str) else replace(code, opening=prefix + code.opening)


def arrow(parameters: str, body: Code) -> Code:
    return prefixed(f"({parameters}) => ", body)


def block(constants: Sequence[tuple[str, Code]], result: Code) -> Code:
    """A function body: constants in order, then what is returned."""
    parts = (*(value for _, value in constants), result)
    leads = (*(f"const {name} = " for name, _ in constants), "return ")
    return Group("{ ", parts, " }", "; ", leads, ";")


def called_at_once(body: Code) -> Code:
    """A function body where an expression is wanted."""
    assert isinstance(body, Group)
    return replace(body, opening="(() => " + body.opening, closing=body.closing + ")()")
