"""A template's source and values -> text. Templates are Jinja2, cut down to what cannot run away: no calls, no assignments, no macros,
one loop deep, and budgets of time and size on top of Jinja's own sandbox."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from trellis.automation.errors import TemplateRefused
from trellis.automation.formatting import Reader, format_value
from trellis.automation.template_check import BOUNDED, NAMES, record_paths, refuse_what_is_not_allowed

MAX_SOURCE = 20_000
MAX_OUTPUT = 100_000
MAX_SECONDS = 2.0
"""Of the processor's time: how busy the machine is decides about no message, nor does the collection of garbage that falls into it."""
MAX_LOOP = 1_000
MAX_VALUE = 10_000
LARGEST_NUMBER = Decimal("1E+40")

BUILT_IN_FILTERS = (
    *("default", "d", "upper", "lower", "title", "capitalize", "trim", "abs", "int"),
    *("join", "first", "last", "length", "count", "escape", "e"),
)


class Values(Mapping[str, Any]):
    """Field values by path, as a tree: {"account": 1, "account.name": "Acme"} answers record.account and record.account.name.
    It has no public attribute but `get` and its kin, which calls would be needed to use, and templates cannot call."""

    __slots__ = ("_branches", "_value")

    def __init__(self, flat: Mapping[str, Any], value: Any = None) -> None:
        self._value = value
        grouped: dict[str, dict[str, Any]] = {}
        for path, item in flat.items():
            head, _, rest = path.partition(".")
            grouped.setdefault(head, {})[rest] = item
        self._branches = {head: self._branch(items) for head, items in grouped.items()}

    @staticmethod
    def _branch(items: Mapping[str, Any]) -> Any:
        deeper = {path: item for path, item in items.items() if path}
        value = items.get("")
        if isinstance(value, str) and len(value) > MAX_VALUE:
            value = value[:MAX_VALUE] + "…"
        return Values(deeper, value) if deeper else value

    def __getitem__(self, name: str) -> Any:
        return self._branches[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._branches)

    def __len__(self) -> int:
        return len(self._branches)

    def __bool__(self) -> bool:
        return self._value is not None or bool(self._branches)

    def __eq__(self, other: object) -> bool:
        return bool(self._value == other)

    def __hash__(self) -> int:
        return hash(self._value)

    def __str__(self) -> str:
        return "" if self._value is None else str(self._value)

    def plain(self) -> Any:
        """What the path itself holds: for an object that has deeper paths, its id."""
        return self._value


class _Undefined(jinja2.ChainableUndefined):
    """A blank lookup on the way is a blank result, as in formulas."""


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%"])

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Only what a mapping holds: templates see no Python attribute at all, but those of the loop."""
        if isinstance(obj, jinja2.runtime.LoopContext) and attribute in ("index", "index0", "first", "last", "length"):
            return super().getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, jinja2.Undefined):
            return obj
        if isinstance(obj, Values) or (isinstance(obj, (tuple, list)) and isinstance(argument, int)):
            try:
                return obj[argument]
            except LookupError:
                return self.undefined(obj=obj, name=argument)
        return self.undefined(obj=None, name=argument)

    def call_binop(self, _context: Context, operator: str, left: Any, right: Any) -> Any:
        left, right = _operand(left), _operand(right)
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return left + right
        if isinstance(left, (int, Decimal)) and isinstance(right, (int, Decimal)):
            result = self.binop_table[operator](Decimal(left), Decimal(right))
            if abs(result) < LARGEST_NUMBER:
                return result
            raise SecurityError("a number in the template grew too large")
        raise SecurityError(f"{operator} needs two numbers here; join texts with ~")


def _operand(value: Any) -> Any:
    if isinstance(value, Values):
        value = value.plain()
    if isinstance(value, float):
        return Decimal(str(value))
    if value is None or isinstance(value, jinja2.Undefined):
        return Decimal(0)
    return value


@jinja2.pass_context
def _finalize(context: Context, value: Any) -> str:
    if isinstance(value, jinja2.Undefined):
        return ""
    if isinstance(value, Values):
        value = value.plain()
    if isinstance(value, float):
        value = Decimal(str(value))
    return format_value(value, context["_reader"])


@jinja2.pass_context
def _date_filter(context: Context, value: Any, style: str = "medium") -> str:
    if style not in ("short", "medium", "long", "full"):
        raise SecurityError(f"date takes short, medium, long or full, not {style!r}")
    return "" if isinstance(value, jinja2.Undefined) else format_value(value, context["_reader"], style)


def _round_filter(value: Any, digits: Any = 0) -> Any:
    """Half away from zero, as ROUND does in formulas; blank for blank. Jinja's own can be told to make a number of a billion digits."""
    if value is None or isinstance(value, jinja2.Undefined):
        return None
    if not isinstance(digits, int) or not 0 <= digits <= 20:
        raise SecurityError("round takes a number of digits from 0 to 20")
    number = _operand(value)
    if not isinstance(number, (int, Decimal)):
        raise SecurityError("round needs a number")
    return Decimal(number).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _truncate_filter(value: Any, length: Any = 255, end: str = "…") -> str:
    if not isinstance(length, int) or length < 0:
        raise SecurityError("truncate takes a number of characters")
    text = "" if isinstance(value, jinja2.Undefined) else str(value)
    return text if len(text) <= length else text[: max(0, length - len(end))] + str(end)


@jinja2.pass_context
def _bounded(context: Context, items: Any) -> Iterator[Any]:
    """What a loop may go over: a list of at most MAX_LOOP, while there is time."""
    for number, item in enumerate(items if isinstance(items, (tuple, list)) else ()):
        if number >= MAX_LOOP or time.thread_time() > context["_deadline"]:
            raise SecurityError(f"the template loops longer than {MAX_LOOP} rounds or {MAX_SECONDS:g} s")
        yield item


def build_environment(
    *, is_html: bool = False, more_filters: Mapping[str, Callable[..., Any]] | None = None
) -> jinja2.Environment:
    """What templates of one kind are compiled in; it holds no value of any tenant. `is_html`: values are escaped."""
    environment = _Environment(
        undefined=_Undefined, autoescape=is_html, finalize=_finalize, keep_trailing_newline=False, cache_size=0
    )
    environment.globals.clear()
    own = {"date": _date_filter, "round": _round_filter, "truncate": _truncate_filter, BOUNDED: _bounded}
    environment.filters = {name: FILTERS[name] for name in BUILT_IN_FILTERS} | own | dict(more_filters or {})
    return environment


@dataclass(frozen=True, slots=True)
class Prepared:
    """A template that was checked. `paths`: the record's fields and paths it shows, such as "account.name"."""

    template: jinja2.Template
    paths: frozenset[str]

    def render(self, *, record: Mapping[str, Any], recipient: Mapping[str, Any], link: str, reader: Reader) -> str:
        """Raises TemplateRefused when it fails or goes over its budget."""
        return self.fill({"record": Values(record), "recipient": Values(recipient), "link": link}, reader)

    def fill(self, names: Mapping[str, Any], reader: Reader) -> str:
        """The same for a template that knows other names."""
        deadline = time.thread_time() + MAX_SECONDS
        parts: list[str] = []
        size = 0
        try:
            stream = self.template.generate(**names, _reader=reader, _deadline=deadline)
            for part in stream:
                size += len(part)
                if size > MAX_OUTPUT or time.thread_time() > deadline:
                    raise TemplateRefused(
                        f"the text is longer than {MAX_OUTPUT} characters or took over {MAX_SECONDS:g} s"
                    )
                parts.append(part)
        except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError) as error:
            raise TemplateRefused(f"the template failed: {error}") from error
        return "".join(parts)


def prepare_template(environment: jinja2.Environment, source: str, names: Sequence[str] = NAMES) -> Prepared:
    """Checks and compiles; `names`: what it may name. Raises TemplateRefused saying the line and what is allowed."""
    if len(source) > MAX_SOURCE:
        raise TemplateRefused(f"the template has {len(source)} characters; at most {MAX_SOURCE} are allowed")
    try:
        tree = environment.parse(source)
        refuse_what_is_not_allowed(tree, frozenset(names), inside_loop=False)
        paths = frozenset(record_paths(tree))
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = nodes.Filter(loop.iter, BOUNDED, [], [], None, None, lineno=loop.lineno).set_environment(
                environment
            )
        return Prepared(environment.from_string(tree), paths)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateRefused(f"line {error.lineno}: {error.message}") from error
    except RecursionError as error:
        raise TemplateRefused("the template is nested too deeply") from error
