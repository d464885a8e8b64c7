"""What people read, as data: a template and its values. It reads as English everywhere, and can be said in other languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any


class Wording(str):
    """A text that knows how it was made; for all else it is the English text. `template` has `%(name)s` where a value stands; `many` is
    the template for more than one, None where nothing is counted, and then the value `num` decides. Values may be wordings."""

    __slots__ = ("many", "template", "values")

    template: str
    many: str | None
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object], many: str | None = None) -> Wording:
        chosen = template if many is None or values["num"] == 1 else many
        made = super().__new__(cls, chosen % values if values else chosen)
        made.template, made.many, made.values = template, many, MappingProxyType(dict(values))
        return made

    def to_json(self) -> dict[str, Any]:
        """The template and the values, without the text; `from_json` reads it."""
        values = {
            name: value.to_json() if isinstance(value, Wording) else value if isinstance(value, int) else str(value)
            for name, value in self.values.items()
        }
        return {"template": self.template, "values": values} | ({} if self.many is None else {"many": self.many})

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Wording:
        values = {name: cls.from_json(one) if isinstance(one, Mapping) else one for name, one in body["values"].items()}
        return cls(body["template"], values, body.get("many"))

    def __copy__(self) -> Wording:
        return self

    def __deepcopy__(self, memo: object) -> Wording:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Wording, (self.template, dict(self.values), self.many)


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
