"""Says values: fields, constants, calculations, choices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from rule_engine import typed
from rule_engine.functions.form_names import name_of_form
from rule_engine.targets.sentence.constants import constant_text, labelled
from rule_engine.targets.sentence.names import Names
from rule_engine.targets.sentence.phrases import find_phrase
from rule_engine.targets.sentence.said import Noun, Said
from rule_engine.targets.sentence.words import Words
from rule_engine.types import Kind

if TYPE_CHECKING:
    from rule_engine.targets.sentence.statements import Statements

_SIGNS = {"+": "+", "-": "-", "*": "×", "/": "÷"}
_SAID_AS = {"TEXT:FORM": "TEXT", "rate": "CURRENCYRATE", "rate or one": "CURRENCYRATE"}
_MOMENTS = (Kind.DATE, Kind.DATETIME, Kind.TIME)


class Nouns:
    """Of one object, or of the rows of a child list. `statements` says the conditions inside."""

    def __init__(self, words: Words, names: Names) -> None:
        self.words, self.names = words, names
        self.statements: Statements

    def text(self, node: typed.Typed, least: Noun = Noun.LOOSE, *, beside: typed.Typed | None = None) -> str:
        """In brackets where it holds together less than `least`. `beside`: what it is compared with."""
        said = self.say(node, beside=beside)
        return said.text if said.level >= least else self.words.bracketed(said.text)

    def say(self, node: typed.Typed, *, beside: typed.Typed | None = None) -> Said:
        match node:
            case typed.Constant():
                return _atom(constant_text(node, self.words, self.names, beside))
            case typed.Read(reference=reference, is_prior=is_prior):
                name = self.names.said(reference.path)
                return _atom(self.words.before_change(name) if is_prior else name)
            case typed.ContextRead() if node.type.kind is not Kind.BOOLEAN or "." in node.name:
                return self._context(node)
            case typed.Local(name=name):
                return _atom(name)
            case typed.FindValue():
                return self._found(node)
            case typed.Conditional() | typed.Case() | typed.Recover() if node.type.kind is not Kind.BOOLEAN:
                return self._choice(node)
            case typed.Fallback(operand=operand, fallback=fallback):
                text = self.words.fallback(self.text(operand, Noun.PHRASE), self.text(fallback))
                return Said(text=text, level=Noun.PHRASE)
            case typed.Let(bindings=bindings, body=body) if node.type.kind is not Kind.BOOLEAN:
                return Said(text=self.words.where(self.text(body, Noun.JOINED), self.bound(bindings)), level=Noun.LOOSE)
            case typed.Aggregate():
                return self._aggregate(node)
            case typed.Apply() if node.type.kind is not Kind.BOOLEAN:
                return self._call(node)
        return Said(text=self.words.whether(self.statements.text(node)), level=Noun.LOOSE)

    def bound(self, bindings: Sequence[tuple[str, typed.Typed]]) -> list[tuple[str, str]]:
        """The names of a LET with what they stand for."""
        return [(name, self.text(value, Noun.JOINED)) for name, value in bindings]

    def listed(self, nodes: Sequence[typed.Typed], *, beside: typed.Typed | None = None) -> list[str]:
        """Members of a list; what holds a comma of its own is in brackets. Texts beside fields are in quotes."""
        if all(isinstance(node, typed.Constant) for node in nodes):
            return [self.text(node, beside=beside) for node in nodes]
        return [self._member(node, beside) for node in nodes]

    def _member(self, node: typed.Typed, beside: typed.Typed | None) -> str:
        if isinstance(node, typed.Constant) and isinstance(node.value, str):
            return self.words.quoted(labelled(node.value, self.names, beside))
        return self.text(node, Noun.SUM, beside=beside)

    def _context(self, node: typed.ContextRead) -> Said:
        known = self.words.context(node.name)
        return _atom(known or self.names.said(tuple(f"${node.name}".split("."))))

    def _choice(self, node: typed.Typed) -> Said:
        if isinstance(node, typed.Recover):
            text = self.words.recovery(self.text(node.operand, Noun.PHRASE), self.text(node.fallback))
            return Said(text=text, level=Noun.PHRASE)
        if isinstance(node, typed.Case):
            subject = node.subject
            pairs = [
                (self.text(value, Noun.SUM, beside=subject), self.text(result, Noun.JOINED))
                for value, result in node.branches
            ]
            text = self.words.case(self.text(subject, Noun.JOINED), pairs, self.text(node.otherwise, Noun.JOINED))
            return Said(text=text, level=Noun.LOOSE)
        assert isinstance(node, typed.Conditional)
        branches = [
            (self.statements.text(condition), self.text(value, Noun.JOINED)) for condition, value in branches_of(node)
        ]
        if all(value is node.otherwise for _, value in node.branches):
            return self.say(node.otherwise)
        return Said(text=self.words.choice(branches, self.text(last_of(node), Noun.JOINED)), level=Noun.LOOSE)

    def _found(self, node: typed.FindValue) -> Said:
        plain = self.names.plain
        key = self.text(node.key, Noun.PHRASE)
        text = self.words.found(plain(node.field), plain(node.object), plain(node.key_field), key)
        return Said(text=text, level=Noun.PHRASE)

    def _aggregate(self, node: typed.Aggregate) -> Said:
        inner = self.inside(node)
        value = inner.text(node.value, Noun.PHRASE) if node.value is not None else None
        condition = inner.statements.text(node.condition) if node.condition is not None else None
        rows = self.names.said(node.rows.path)
        return Said(text=self.words.aggregate(node.function, rows, value, condition), level=Noun.PHRASE)

    def inside(self, node: typed.Aggregate) -> Nouns:
        """For the rows of a child list."""
        return self.statements.over(self.names.inside(node.rows.path)).nouns

    # calls

    def _call(self, node: typed.Apply) -> Said:
        name = name_of_form(node.form)
        kinds = [argument.type.kind for argument in node.arguments]
        if name in ("operator +", "operator -") and any(kind in _MOMENTS for kind in kinds):
            return self._moved(node.arguments, kinds, is_earlier=name.endswith("-"))
        if node.type.kind is Kind.TEXT and name in ("operator +", "operator &"):
            texts = [self.text(argument, Noun.PHRASE) for argument in node.arguments]
            return Said(text=self.words.joined(texts), level=Noun.JOINED)
        if name.startswith("operator ") and name[-1] in _SIGNS:
            return self._calculation(name[-1], *node.arguments)
        if name == "midnight":
            return self.say(node.arguments[0])
        return self._phrase(name, node)

    def _phrase(self, name: str, node: typed.Apply) -> Said:
        name = _SAID_AS.get(name, name)
        phrase = find_phrase(name, [argument.type.kind for argument in node.arguments])
        if phrase is None:
            return Said(text=self.words.call(name, self.listed(node.arguments)), level=Noun.PHRASE)
        template = self.words.phrase(phrase, is_not=False)
        text = self.words.filled(template, self._arguments(template, node))
        level = Noun.PHRASE if node.arguments and name != "sign -" else Noun.ATOM
        return Said(text=text, level=level, leans=self.words.leans(template))

    def _arguments(self, template: str, node: typed.Apply) -> list[str]:
        """In brackets, but at the open end of a phrase those that lean there."""
        texts = []
        for index, argument in enumerate(node.arguments):
            said = self.say(argument, beside=node)
            is_clear = said.level >= Noun.SUM if "{all}" in template else said.level is Noun.ATOM
            is_clear = is_clear or (said.leans and self.words.is_open_at(template, index))
            texts.append(said.text if is_clear else self.words.bracketed(said.text))
        return texts

    def _calculation(self, sign: str, left: typed.Typed, right: typed.Typed) -> Said:
        own = Noun.PRODUCT if sign in "*/" else Noun.SUM
        inner = Noun.ATOM if own is Noun.PRODUCT else Noun.PRODUCT
        text = self.words.calculation(self.text(left, own), _SIGNS[sign], self.text(right, inner))
        return Said(text=text, level=own)

    def _moved(self, nodes: Sequence[typed.Typed], kinds: Sequence[Kind], *, is_earlier: bool) -> Said:
        """A moment some days later, or the days between two moments."""
        if all(kind in _MOMENTS for kind in kinds):
            start, end = (self.text(node, Noun.PHRASE) for node in reversed(nodes))
            return Said(text=self.words.span(start, end, kinds[0]), level=Noun.PHRASE, leans=True)
        amount, moment = nodes if kinds[1] in _MOMENTS else (nodes[1], nodes[0])
        if isinstance(amount, typed.Constant) and isinstance(amount.value, Decimal) and amount.value < 0:
            amount = typed.Constant(type=amount.type, start=amount.start, end=amount.end, value=-amount.value)
            is_earlier = not is_earlier
        base = self.text(moment, Noun.ATOM)
        text = self.words.later(base, self.text(amount, Noun.ATOM), moment.type.kind, is_earlier=is_earlier)
        return Said(text=text, level=Noun.PHRASE)


def branches_of(node: typed.Conditional) -> list[tuple[typed.Typed, typed.Typed]]:
    """Those of a choice and of the choices in its last part."""
    branches = list(node.branches)
    while isinstance(node.otherwise, typed.Conditional):
        node = node.otherwise
        branches.extend(node.branches)
    return branches


def last_of(node: typed.Conditional) -> typed.Typed:
    """What a choice gives when no condition holds."""
    last: typed.Typed = node
    while isinstance(last, typed.Conditional):
        last = last.otherwise
    return last


def is_named(node: typed.Typed) -> bool:
    """Whether a value is a thing by itself (5, today, the user), so that a subject *is* it."""
    is_clock = isinstance(node, typed.Apply) and not node.arguments
    return isinstance(node, typed.Constant | typed.ContextRead) or is_clock


def _atom(text: str) -> Said:
    return Said(text=text, level=Noun.ATOM)
