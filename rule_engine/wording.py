"""What people read, as data: a template and its values. It reads as English everywhere, and can be said in other languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any


class Wording(str):
    """A text that knows how it was made; for all else it is the English text. `template` has `%(name)s` where a value stands; `many` is
    the template for more than one, None where nothing is counted, else the value `num` decides. Values may be wordings. `is_open`:
    without the full stop of its template, to be a part of a longer sentence."""

    __slots__ = ("is_open", "many", "template", "values")

    template: str
    many: str | None
    values: Mapping[str, object]
    is_open: bool

    def __new__(
        cls, template: str, values: Mapping[str, object], many: str | None = None, *, is_open: bool = False
    ) -> Wording:
        chosen = template if many is None or values["num"] == 1 else many
        text = chosen % values if values else chosen
        made = super().__new__(cls, text.removesuffix(".") if is_open else text)
        made.template, made.many, made.values = template, many, MappingProxyType(dict(values))
        made.is_open = is_open
        return made

    def to_json(self) -> dict[str, Any]:
        """The template and the values, without the text; `from_json` reads it."""
        values = {
            name: value.to_json() if isinstance(value, Wording) else value if isinstance(value, int) else str(value)
            for name, value in self.values.items()
        }
        more = {"many": self.many} if self.many is not None else {}
        return {"template": self.template, "values": values} | more | ({"is_open": True} if self.is_open else {})

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Wording:
        values = {name: cls.from_json(one) if isinstance(one, Mapping) else one for name, one in body["values"].items()}
        return cls(body["template"], values, body.get("many"), is_open=body.get("is_open", False))

    def __copy__(self) -> Wording:
        return self

    def __deepcopy__(self, memo: object) -> Wording:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (self.template, dict(self.values), self.many, self.is_open)


def _remade(template: str, values: Mapping[str, object], many: str | None, is_open: bool) -> Wording:
    return Wording(template, values, many, is_open=is_open)


def say(template: str, /, **values: object) -> Wording:
    """A literal template, so that catalogs of translations find it. Without values a `%` stands for itself."""
    return Wording(template, values)


def say_count(one: str, many: str, number: int, /, **values: object) -> Wording:
    """`one` for the number 1, `many` for all others; it stands in them as %(num)s."""
    return Wording(one, {"num": number, **values}, many)


def say_list(parts: Iterable[object]) -> Wording:
    """The parts with what separates the parts of a list; at least one."""
    first, *rest = parts
    said = first if isinstance(first, Wording) else Wording("%(text)s", {"text": first})
    for part in rest:
        said = say("%(first)s, %(rest)s", first=said, rest=part)
    return said


def say_choice(parts: Iterable[object]) -> Wording:
    """The parts as one may be chosen of them; at least one."""
    first, *rest = parts
    said = first if isinstance(first, Wording) else Wording("%(text)s", {"text": first})
    for part in rest:
        said = say("%(first)s or %(rest)s", first=said, rest=part)
    return said


def without_full_stop(text: str) -> str:
    """For a sentence that becomes a part of another."""
    if isinstance(text, Wording):
        return Wording(text.template, text.values, text.many, is_open=True)
    return text.removesuffix(".")
