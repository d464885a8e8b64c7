"""What a built-in is: one Function holds its forms (signatures with their Python and SQL), its documents and an example.

SQL builders receive a `SqlWriter` and column expressions, so that no function imports a database library.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rule_engine import types
from rule_engine.types import Kind, Type

if TYPE_CHECKING:
    from rule_engine import syntax, typed
    from rule_engine.checking.checker import Checker

SqlBuilder = Callable[..., Any]
Lowering = Callable[["Checker", "syntax.Call", tuple["typed.Typed", ...]], "typed.Typed"]
SpecialLowering = Callable[["Checker", "syntax.Call"], "typed.Typed | None"]

_RESULTS = {
    "number": types.NUMBER,
    "text": types.TEXT,
    "boolean": types.BOOLEAN,
    "date": types.DATE,
    "datetime": types.DATETIME,
    "time": types.TIME,
    "geolocation": types.GEOLOCATION,
    "id": types.ID,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to call a built-in.

    `required`/`optional`/`repeated`: kinds of the arguments. `takes_blanks`: Python receives None, otherwise any blank
    argument gives blank before it is called. `gives_blank`: the result may be blank although no argument is.
    `can_fail`: Python may raise FormulaError. `needs`: context values passed after the arguments. `inline`: the same
    in a Python expression over a, b, c. On SQLite a form without `sqlite` runs its Python; on PostgreSQL a form
    without `postgresql` is not available; where its result is NULL although no argument is, it failed, unless
    `postgresql_fails` tells better.
    """

    required: tuple[Kind, ...]
    optional: tuple[Kind, ...] = ()
    repeated: Kind | None = None
    result: Type
    python: Callable[..., Any]
    inline: str | None = None
    takes_blanks: bool = False
    gives_blank: bool = False
    can_fail: bool = False
    needs: tuple[str, ...] = ()
    sqlite: SqlBuilder | None = None
    postgresql: SqlBuilder | None = None
    postgresql_fails: SqlBuilder | None = None
    key: str = ""

    def parameter(self, index: int) -> Kind:
        """The kind of the argument at `index`."""
        named = self.required + self.optional
        if index < len(named):
            return named[index]
        assert self.repeated is not None
        return self.repeated

    def takes(self, count: int) -> bool:
        """Whether it can be called with `count` arguments."""
        most = len(self.required) + len(self.optional)
        return len(self.required) <= count and (self.repeated is not None or count <= most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One built-in. It has forms, or a `lowering` that checks a call and says it with other nodes of the typed tree.

    `special`: a lowering that checks the arguments itself, since they bind names or read child rows; it gives None for
    a call of the ordinary kind. `takes_lists`: a list may be an argument. `is_addition`: Salesforce does not have it.
    `salesforce_least`: it wants at least so many arguments.
    `usage`: how it is written in documents. `example`: a formula without fields and the text of its result.
    """

    name: str
    usage: str
    summary_en: str
    summary_zh: str
    example: tuple[str, str] | None
    forms: tuple[Form, ...] = ()
    lowering: Lowering | None = None
    least: int = 0
    most: int | None = None
    is_internal: bool = False
    special: SpecialLowering | None = None
    takes_lists: bool = False
    is_addition: bool = False
    salesforce_least: int = 0

    def takes(self, count: int) -> bool:
        """Whether it can be called with `count` arguments."""
        if self.forms:
            return any(form.takes(count) for form in self.forms)
        return self.least <= count and (self.most is None or count <= self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionInfo:
    """What documents and editors show of a built-in."""

    name: str
    signature: str
    summary_en: str
    summary_zh: str
    example: tuple[str, str] | None


def form(signature: str, python: Callable[..., Any], **options: Any) -> Form:
    """A form from a signature such as `text, number? -> text` or `number, number... -> number`."""
    parameters, _, result = signature.partition("->")
    required: list[Kind] = []
    optional: list[Kind] = []
    repeated = None
    for word in filter(None, (part.strip() for part in parameters.split(","))):
        kind = Kind(word.rstrip("?."))
        if word.endswith("?"):
            optional.append(kind)
        elif word.endswith("..."):
            repeated = kind
        else:
            required.append(kind)
    return Form(
        required=tuple(required),
        optional=tuple(optional),
        repeated=repeated,
        result=_RESULTS[result.strip()],
        python=python,
        **options,
    )
