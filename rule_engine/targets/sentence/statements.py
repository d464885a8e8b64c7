"""Says conditions. A negation is pushed inward as far as it means the same there: a blank is neither above nor at most."""

from __future__ import annotations

from collections.abc import Sequence

from rule_engine import typed
from rule_engine.functions.form_names import name_of_form
from rule_engine.targets.sentence.names import Names
from rule_engine.targets.sentence.nouns import Nouns, branches_of, is_named, last_of
from rule_engine.targets.sentence.phrases import Phrase, find_phrase
from rule_engine.targets.sentence.said import Clause, Noun, Said
from rule_engine.targets.sentence.simplifying import Within, simplified
from rule_engine.targets.sentence.words import Words
from rule_engine.types import Kind

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_STATES = ("is_new", "is_clone")


class Statements:
    """Of one object, or of the rows of a child list."""

    def __init__(self, words: Words, names: Names) -> None:
        self._words = words
        self.nouns = Nouns(words, names)
        self.nouns.statements = self

    def over(self, names: Names) -> Statements:
        return Statements(self._words, names)

    def text(self, node: typed.Typed, least: Clause = Clause.LOOSE, *, is_not: bool = False) -> str:
        """In brackets where it holds together less than `least`."""
        said = self.say(node, is_not=is_not)
        return said.text if said.level >= least else self._words.bracketed(said.text)

    def say(self, node: typed.Typed, *, is_not: bool = False) -> Said:
        """The statement that the node holds, or that it does not."""
        node = simplified(node)
        match node:
            case typed.Not(operand=operand):
                return self.say(operand, is_not=not is_not)
            case typed.All(operands=operands) | typed.AnyOf(operands=operands):
                return self._several(node, operands, is_not=is_not)
            case typed.Conditional():
                return self._choice(node, is_not=is_not)
            case typed.Recover(operand=operand, fallback=fallback):
                return self._recovery(operand, fallback, is_not=is_not)
            case typed.Let(bindings=bindings, body=body):
                text = self._words.where(self.text(body, Clause.ALL, is_not=is_not), self.nouns.bound(bindings))
                return Said(text=text, level=Clause.LOOSE)
        return Said(text=self._plain(node, is_not=is_not), level=Clause.PLAIN)

    def _plain(self, node: typed.Typed, *, is_not: bool) -> str:
        words, nouns = self._words, self.nouns
        match node:
            case typed.Constant(value=value):
                return words.constant(is_true=(value is True) is not is_not)
            case typed.ContextRead(name=name) if name in _STATES:
                return words.state(name, is_not=is_not)
            case typed.IsBlank(operand=operand):
                return words.is_blank(nouns.text(operand, Noun.JOINED), is_not=is_not)
            case typed.Equal():
                return self._equal(node, is_not=is_not is not node.is_negated)
            case typed.Order(operator=operator, left=left, right=right):
                sign = _OPPOSITE[operator] if is_not else operator
                kind = right.type.kind if left.type.kind is Kind.NULL else left.type.kind
                return words.order(self._subject(left, right), sign, self._value(right, left), kind)
            case Within(subject=subject, low=low, high=high):
                ends = (nouns.text(end, Noun.SUM, beside=subject) for end in (low, high))
                return words.between(self._subject(subject), *ends, is_not=is_not)
            case typed.OneOf(subject=subject, values=(value,)):
                return words.equal(
                    self._subject(subject), self._value(value, subject), is_named=is_named(value), is_not=is_not
                )
            case typed.OneOf(subject=subject, values=values):
                return words.one_of(self._subject(subject), nouns.listed(values, beside=subject), is_not=is_not)
            case typed.Holds(subject=subject, values=values):
                return words.holds(self._subject(subject), nouns.listed(values, beside=subject), is_not=is_not)
            case typed.Apply():
                return self._test(node, is_not=is_not)
        return words.truth(nouns.text(node, Noun.JOINED), is_not=is_not)

    def _subject(self, node: typed.Typed, beside: typed.Typed | None = None) -> str:
        return self.nouns.text(node, Noun.JOINED, beside=beside)

    def _value(self, node: typed.Typed, subject: typed.Typed) -> str:
        return self.nouns.text(node, Noun.JOINED, beside=subject)

    def _equal(self, node: typed.Equal, *, is_not: bool) -> str:
        left, right = node.left, node.right
        if isinstance(right, typed.Constant) and isinstance(right.value, bool):
            return self.text(left, Clause.PLAIN, is_not=is_not is right.value)
        if isinstance(right, typed.Constant) and right.value is None:
            if typed.is_text_equality(node):
                return self._words.is_blank(self._subject(left), is_not=is_not)
            return self._words.never_equal(self._subject(left))
        value = self._value(right, left)
        return self._words.equal(self._subject(left, right), value, is_named=is_named(right), is_not=is_not)

    def _test(self, node: typed.Apply, *, is_not: bool) -> str:
        name = name_of_form(node.form)
        phrase = find_phrase(name, [argument.type.kind for argument in node.arguments])
        if phrase is None or not phrase.not_english:
            return self._words.truth(self._words.call(name, self.nouns.listed(node.arguments)), is_not=is_not)
        return self._words.filled(self._words.phrase(phrase, is_not=is_not), self._test_arguments(phrase, node))

    def _test_arguments(self, phrase: Phrase, node: typed.Apply) -> list[str]:
        subject, *others = node.arguments
        texts = [self.nouns.text(subject, Noun.JOINED)]
        return texts + [self.nouns.text(other, Noun.PHRASE, beside=subject) for other in others]

    # several

    def _several(self, node: typed.Typed, operands: Sequence[typed.Typed], *, is_not: bool) -> Said:
        """The opposite of several is said of each where none can be blank; otherwise of the whole."""
        if len(operands) == 1 and not (is_not and typed.can_be_blank(operands[0])):
            return self.say(operands[0], is_not=is_not)
        if is_not and any(map(typed.can_be_blank, operands)):
            return Said(text=self._words.not_true(self.text(node)), level=Clause.PLAIN)
        if isinstance(node, typed.All) is not is_not:
            said = [self._inside(operand, is_not=is_not) for operand in operands]
            return Said(text=self._words.all_of(said), level=Clause.ALL)
        said = [self.say(operand, is_not=is_not) for operand in operands]
        bracketed = [one if one.level is Clause.PLAIN else self._in_brackets(one.text) for one in said]
        return Said(text=self._words.any_of(bracketed), level=Clause.ANY)

    def _inside(self, operand: typed.Typed, *, is_not: bool) -> Said:
        said = self.say(operand, is_not=is_not)
        return said if said.level >= Clause.ALL else self._in_brackets(said.text)

    def _in_brackets(self, text: str) -> Said:
        return Said(text=self._words.bracketed(text), level=Clause.PLAIN)

    def _choice(self, node: typed.Conditional, *, is_not: bool) -> Said:
        if all(value is node.otherwise for _, value in node.branches):
            return self.say(node.otherwise, is_not=is_not)
        branches = [
            (self.text(condition, Clause.ANY), self._result(value, is_not=is_not))
            for condition, value in branches_of(node)
        ]
        otherwise = self._result(last_of(node), is_not=is_not)
        return Said(text=self._words.condition(branches, otherwise), level=Clause.LOOSE)

    def _result(self, node: typed.Typed, *, is_not: bool) -> str:
        if isinstance(node, typed.Constant):
            return self._words.result(is_true=(node.value is True) is not is_not)
        return self.text(node, Clause.ANY, is_not=is_not)

    def _recovery(self, operand: typed.Typed, fallback: typed.Typed, *, is_not: bool) -> Said:
        statement = self.text(operand, Clause.PLAIN, is_not=is_not)
        if isinstance(fallback, typed.Constant):
            text = self._words.unless_failing(statement, is_true=(fallback.value is True) is not is_not)
            return Said(text=text, level=Clause.PLAIN)
        substitute = self.text(fallback, Clause.PLAIN, is_not=is_not)
        return Said(text=self._words.recovery(statement, substitute), level=Clause.LOOSE)
