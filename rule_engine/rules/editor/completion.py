"""What may be written at a place of a rule file, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rule_engine.editor import complete
from rule_engine.rules.check.scopes import RecordScope
from rule_engine.rules.editor.place import Place, find_place
from rule_engine.rules.names import RuleNames
from rule_engine.types import Kind, Scope

OfferKind = Literal[
    "statement", "keyword", "object", "field", "lookup", "children", "value", "name", "function", "global", "queue", "role", "team",
    "template", "channel", "calendar", "webhook", "approval", "rule", "user",
]  # fmt: skip

MAX_OFFERS = 100
_HIDDEN = frozenset(
    {"TEXT", "NAME", "NUMBER", "INTEGER", "TIME", "UNIT", "ARROW", "EQUALS", "LPAR", "RPAR", "LIST_LPAR"}
)
_PHRASES = {"IN_QUEUE": "in queue", "TEMPLATE_WITH": "with template", "FIRST": "first match", "SUBMIT": "submit for approval"} | {
    "ROUND": "round robin", "LEAST": "least loaded", "STICKY": "sticky by", "WITHIN": "within capacity", "ASSIGN": "assign to",
    "DURING": "during business hours", "SKIPPING": "skipping absent", "PREVIOUS": "previous owner", "POST": "post webhook",
    "FOR": "for each", "RUNS": "runs as", "DELEGATION": "delegation allowed", "REMIND": "remind after", "REJECT": "reject to",
}  # fmt: skip
_STATEMENTS = {
    "RULE": 'rule "|" on \nwhen created\nthen\n    \nend',
    "ASSIGNMENT": 'assignment "|" on \nwhen created\nfirst match\n    otherwise -> queue \nend',
    "VALIDATION": 'validation "|" on \n    fail "" when \nend',
    "APPROVAL": 'approval | "" on \n    step manager "Manager" by owner.manager\nend',
    "TEST": 'test "|" on \ngiven ()\nwhen created\nthen expect \nend',
}
_UNITS = ("minutes", "hours", "days", "weeks", "months", "years")
_WEEKDAYS = (
    "day",
    "week",
    "month",
    "weekday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_VALUES_OF = ("CREATE", "UPDATE")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCompletion:
    """`text` replaces source[start:end]; a "|" in the text of a statement is where the caret goes. `name` is shown, with a `detail`: a
    type or a signature. `path`: of a field, the record's object first."""

    kind: OfferKind
    name: str
    text: str
    start: int
    end: int
    detail: str = ""
    summary_en: str = ""
    summary_zh: str = ""
    path: tuple[str, ...] = ()


def complete_rules(source: str, position: int, names: RuleNames) -> tuple[RuleCompletion, ...]:
    """At most MAX_OFFERS. Never raises."""
    place = find_place(source, position)
    if place is None:
        return ()
    offers = _Offers(place, names)
    return tuple(offers.of_formula() if place.takes_formula else offers.ranked())[:MAX_OFFERS]


class _Offers:
    def __init__(self, place: Place, names: RuleNames) -> None:
        self._place = place
        self._names = names
        header = place.word_after("ON") if "WHEN" not in place.kinds else _header_object(place)
        self._object = header or ""

    def ranked(self) -> Iterator[RuleCompletion]:
        if self._place.is_text:
            return iter(())
        is_event = self._place.kinds[-1:] in (("WHEN",), ("OR",))
        parts = (self._keywords(), self._of_names()) if is_event else (self._of_names(), self._keywords())
        return _ranked([*parts[0], *parts[1]], self._place.word)

    def of_formula(self) -> Iterator[RuleCompletion]:
        """Those of formulas, and the words of the rule that may stand there too."""
        place = self._place
        values = () if place.formula.strip() and not place.is_text else _ranked(self._values(), place.word.strip("\"'"))
        keywords = () if place.is_text else _ranked(self._keywords(), place.word)
        yield from values
        if place.word or place.is_after_operand:
            yield from keywords
        scope = self._scope()
        if scope is None:
            return
        shift = place.formula_start
        for one in complete(place.formula, len(place.formula), scope):
            # The end of the word, which the formula does not have.
            end = place.end if one.end == len(place.formula) else one.end + shift
            yield RuleCompletion(
                kind=one.kind,
                name=one.name,
                text=one.text,
                start=one.start + shift,
                end=end,
                detail=one.detail,
                summary_en=one.summary_en,
                summary_zh=one.summary_zh,
                path=self._path(place.formula, one.start, one.name),
            )
        if not place.word and not place.is_after_operand:
            yield from keywords

    def _path(self, formula: str, start: int, name: str) -> tuple[str, ...]:
        before = start
        while before and (formula[before - 1].isalnum() or formula[before - 1] in "_$."):
            before -= 1
        return (self._scope_object(), *(part.lower() for part in formula[before:start].split(".") if part), name)

    def _scope(self) -> Scope | None:
        inner = self._scope_object()
        scope = self._names.object_scope(inner) if inner else None
        outer = self._names.object_scope(self._object) if inner != self._object else None
        if scope is None or outer is None:
            return scope
        return RecordScope(name=inner, object=inner, inner=scope, outer=outer, is_variable=False)

    def _scope_object(self) -> str:
        """Inside `update task where` and the like the names are those of the other object."""
        written = self._place.written
        for place in range(len(written) - 1, 1, -1):
            if written[place].kind in ("THEN", "ELSE", "DO", "END", "IF", "EQUALS", "LIST_LPAR"):
                break
            if written[place].kind == "WHERE" and written[place - 2].kind in ("UPDATE", "DELETE", "BY", "EXPECT"):
                return written[place - 1].text.lower()
        return self._object

    def _keywords(self) -> Iterator[RuleCompletion]:
        order = list(_STATEMENTS)
        for terminal in sorted(
            self._place.accepted, key=lambda name: (order.index(name) if name in order else 9, name)
        ):
            if terminal == "UNIT":
                yield from (self._offer("keyword", unit) for unit in _UNITS)
            elif terminal in _STATEMENTS:
                yield self._offer("statement", terminal.lower(), _STATEMENTS[terminal])
            elif terminal not in _HIDDEN and (terminal in _PHRASES or terminal.isalpha()):
                yield self._offer("keyword", _PHRASES.get(terminal, terminal.lower()))
            elif terminal == "_IN" and "NAME" not in self._place.accepted and not self._place.takes_formula:
                yield self._offer("keyword", "in")

    def _of_names(self) -> Iterator[RuleCompletion]:
        """What the name may be that the grammar takes here, by what stands before it."""
        kinds = self._place.kinds
        if "NAME" not in self._place.accepted or not kinds:
            return
        last = kinds[-1]
        names = self._names
        match last:
            case "ON" | "CREATE":
                yield from self._all("object", names.objects())
            case "UPDATE" | "DELETE":
                yield from self._all("object", names.objects())
                yield from self._fields(self._object, only=(Kind.ID,))
            case "QUEUE" | "IN_QUEUE":
                yield from self._all("queue", names.queues())
            case "TEMPLATE":
                yield from self._all("template", names.templates())
            case "CALENDAR" | "HOURS":
                yield from self._all("calendar", names.calendars())
            case "WEBHOOK":
                yield from self._all("webhook", names.webhooks())
            case "ROLE":
                yield from self._all("role", names.roles())
            case "TEAM":
                yield from self._all("team", names.teams())
            case "USER":
                yield from self._all("user", names.users())
                yield from self._fields(self._object, only=(Kind.ID,))
            case "VIA":
                yield from self._channels()
            case "SEND":
                yield from self._all("channel", ("email", "sms", "chat"))
            case "AS":
                yield from self._all("keyword", ("system", "user"))
            case "APPROVAL":
                declared = names.declared().approvals
                yield from self._all("approval", [name for name, object_ in declared if object_ == self._object])
            case "EVERY":
                yield from self._all("keyword", _WEEKDAYS)
            case "_IN":
                yield from self._all("children", names.children(self._object))
            case "BEFORE" | "AFTER" | "OF":
                yield from self._fields(self._object, only=(Kind.DATE, Kind.DATETIME))
            case "WHEN" | "OR" | "FAIL":
                yield from self._fields(self._object)
            case "SET":
                yield from self._fields(self._object, writable=True)
            case "TO" | "ARROW":
                yield from self._fields(self._object, only=(Kind.ID,))
            case "LPAR" | "LIST_LPAR" | "_COMMA":
                if self._is_listing_channels():
                    yield from self._channels()
                else:
                    yield from self._fields(self._values_object(), writable="WITH" not in kinds)

    def _channels(self) -> Iterator[RuleCompletion]:
        is_sent = "SEND" in self._place.kinds and "NOTIFY" not in self._place.kinds
        yield from self._all("webhook", self._names.webhooks()) if is_sent else ()
        yield from self._all("channel", ("email", "in_app", "sms", "chat")) if not is_sent else ()

    def _is_listing_channels(self) -> bool:
        kinds = list(self._place.kinds)
        while kinds and kinds[-1] in ("_COMMA", "NAME"):
            kinds.pop()
        return bool(kinds) and kinds[-1] == "VIA"

    def _values_object(self) -> str:
        """Whose fields stand in the list `(field = value, …)`, or behind `set`."""
        written = self._place.written
        for place in range(len(written) - 1, -1, -1):
            kind = written[place].kind
            if kind in _VALUES_OF and place + 1 < len(written):
                return self._target(written[place + 1].text.lower())
            if kind in ("SET", "GIVEN", "THEN", "ELSE", "DO"):
                break
        return self._object

    def _target(self, name: str) -> str:
        """An object, or the one that a lookup points to."""
        info = self._names.field(self._object, name)
        return info.target if info is not None and info.target is not None else name

    def _values(self) -> Iterator[RuleCompletion]:
        """Of the picklist that a value is given to, or waited for: `set rating =`, `rating changes to`."""
        kinds, written = self._place.kinds, self._place.written
        field = ""
        if kinds[-2:] == ("NAME", "EQUALS"):
            field, owner = written[-2].text.lower(), self._values_object()
        elif kinds[-1:] in (("TO",), ("FROM",)) and "CHANGES" in kinds:
            place = len(kinds) - 1 - kinds[::-1].index("CHANGES")
            field, owner = written[place - 1].text.lower(), self._object
        if not field:
            return
        info = self._names.field(owner, field)
        for value in (info.type.values or ()) if info is not None else ():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            yield self._offer("value", value, f'"{escaped}"', detail="picklist")

    def _all(self, kind: OfferKind, names: Iterable[str] | None) -> Iterator[RuleCompletion]:
        yield from (self._offer(kind, name) for name in names or ())

    def _fields(
        self, object_name: str, *, only: Sequence[Kind] = (), writable: bool = False
    ) -> Iterator[RuleCompletion]:
        scope = self._names.object_scope(object_name)
        for name in scope.names(()) if scope is not None else ():
            info = None if name.startswith("$") else self._names.field(object_name, name)
            if info is None or (writable and (info.is_system or not info.is_writable)):
                continue
            if not only or (info.type.kind in only and name != "id"):
                yield self._offer("field", name, detail=str(info.type), path=(object_name, name))

    def _offer(
        self, kind: OfferKind, name: str, text: str | None = None, *, detail: str = "", path: tuple[str, ...] = ()
    ) -> RuleCompletion:
        place = self._place
        return RuleCompletion(
            kind=kind, name=name, text=text or name, start=place.start, end=place.end, detail=detail, path=path
        )


def _header_object(place: Place) -> str:
    """The object of the statement: the name behind the first `on`."""
    kinds = place.kinds
    at = kinds.index("ON") + 1 if "ON" in kinds else len(kinds)
    return place.written[at].text.lower() if at < len(kinds) else ""


def _ranked(offers: Iterable[RuleCompletion], word: str) -> Iterator[RuleCompletion]:
    wanted = word.lower()
    ranked = [(0 if one.name.lower().startswith(wanted) else 1, one) for one in offers if wanted in one.name.lower()]
    ranked.sort(key=lambda pair: pair[0])
    return (one for _, one in ranked)
