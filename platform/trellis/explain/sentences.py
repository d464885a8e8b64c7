"""A note of the ledger, and the clause that it came of -> sentences for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rule_engine.rules.checked import (
    LeastLoaded,
    RoundRobin,
    Sticky,
    ToPreviousOwner,
    ToQueue,
    ToRole,
    ToTeam,
    Weighted,
)
from trellis.automation.ledger.note import Note
from trellis.explain.called import Called
from trellis.explain.clauses import Clause
from trellis.explain.known import Key, Known
from trellis.explain.model import OtherRecord, Reason, ShownValue
from trellis.explain.shown import Shown, as_json, keys_of
from trellis.explain.words import ExplanationWords, words_in
from trellis.formulas.words import say
from trellis.ids import is_id

_OF_OTHERS = frozenset(("create", "update", "delete"))
_OF_QUEUES = frozenset(("pull", "reassign"))
_TO_PEOPLE = frozenset(("notify", "send", "withhold", "remind", "delegate"))


class Teller:
    """Tells of one record's notes, in one revision. `known`: the names of what `keys_of_note` asks for."""

    def __init__(self, called: Called, known: Known, zone: str, object_name: str) -> None:
        self._called = called
        self._known = known
        self._object = object_name
        self._shown = Shown(called, known, zone)
        self._words: ExplanationWords = words_in(called.language)
        self._tellers: Mapping[str, Callable[[Note, Clause | None, str], str]] = {
            "assign": self._assigned,
            "set": self._set,
            "notify": self._told,
            "send": self._sent,
            "withhold": self._withheld,
            **dict.fromkeys(_OF_OTHERS, self._other),
            **dict.fromkeys(_OF_QUEUES, self._moved),
        }

    def reason(self, note: Note, clause: Clause | None) -> Reason:
        tell = self._tellers.get(note.done, self._plainly)
        read_of = self._object if note.origin is None else note.origin[0]
        return Reason(
            rule=note.rule,
            line=note.line,
            done=note.done,
            sentence=_begun(tell(note, clause, self._by(note, clause))),
            because=self._because(clause),
            path=clause.path if clause else "",
            clause=clause.text if clause else "",
            field=field_of(note),
            read=None if note.read is None else tuple(self._read(read_of, path, value) for path, value in note.read),
            origin=None if note.origin is None else self._record(note.origin),
        )

    def value(self, field: str, value: Any) -> str:
        return self._shown.text(self._object, field, value) or self._words.say("blank")

    def field(self, name: str) -> str:
        return self._called.path(self._object, (name,))

    def changed(self, field: str, before: Any, after: Any) -> str:
        words = {"before": self.value(field, before), "after": self.value(field, after)}
        return _begun(self._words.say("changed", field=self.field(field), **words))

    def _by(self, note: Note, clause: Clause | None) -> str:
        rule = self._called.approval(note.rule, clause.title) if clause and clause.title else note.rule
        if note.origin is None:
            return self._words.say("by", rule=rule)
        is_last = note.done in ("create", "delete")
        origin = self._name_of(note.origin)
        return self._words.say("by other last" if is_last else "by other", rule=rule, origin=origin)

    def _assigned(self, note: Note, clause: Clause | None, by: str) -> str:
        owner, queue = note.value
        if owner is None and queue is not None:
            assignee = clause.assignee if clause else None
            wanted = isinstance(assignee, ToQueue) and assignee.strategy is not None
            return self._words.say(
                "put for want" if wanted else "put", by=by, queue=self._called.named("queues", queue)
            )
        if note.value == note.before and not self._takes_turns(clause):
            return self._words.say("left", by=by, owner=self._person(owner))
        return self._words.say("gave", by=by, owner=self._person(owner), how=self._how(clause))

    @staticmethod
    def _takes_turns(clause: Clause | None) -> bool:
        """Whoever it gives the record to may be its owner already."""
        return clause is not None and isinstance(clause.assignee, ToQueue | ToRole | ToTeam)

    def _how(self, clause: Clause | None) -> str:
        assignee = clause.assignee if clause else None
        match assignee:
            case ToQueue(queue=queue, strategy=strategy):
                label = self._called.named("queues", queue)
                match strategy:
                    case RoundRobin():
                        return self._words.say("how in turn", queue=label)
                    case LeastLoaded():
                        return self._words.say("how least", queue=label)
                    case Weighted():
                        return self._words.say("how weight", queue=label)
                    case Sticky():
                        path = strategy.path.references[0].path
                        return self._words.say("how same", queue=label, field=self._called.path(self._object, path))
            case ToRole(role=role):
                return self._words.say("how role", role=self._called.named("roles", role))
            case ToTeam(team=team):
                return self._words.say("how team", team=self._called.named("teams", team))
            case ToPreviousOwner():
                return self._words.say("how previous")
        return ""

    def _set(self, note: Note, _: Clause | None, by: str) -> str:
        name = note.subject or ""
        words = {
            "by": by,
            "field": self.field(name),
            "value": self.value(name, note.value),
            "before": self.value(name, note.before),
        }
        if note.value is None and note.before is not None:
            return self._words.say("emptied", **words)
        if note.before is None:
            return self._words.say("set", **words)
        return self._words.say("kept" if note.before == note.value else "set from", **words)

    def _told(self, note: Note, _: Clause | None, by: str) -> str:
        if not note.value:
            return self._words.say("told nobody", by=by)
        return self._words.say("told", by=by, people=self._people(note), channels=self._channels(note))

    def _sent(self, note: Note, _: Clause | None, by: str) -> str:
        return self._words.say("sent", by=by, people=self._people(note), channels=self._channels(note))

    def _withheld(self, note: Note, _: Clause | None, by: str) -> str:
        purpose = self._called.purpose(note.subject or "")
        return self._words.say("withhold", by=by, people=self._people(note), subject=purpose)

    def _other(self, note: Note, _: Clause | None, by: str) -> str:
        if note.origin is not None:
            return self._words.say({"create": "created", "delete": "deleted"}.get(note.done, note.done), by=by)
        object_name = note.subject or ""
        if isinstance(note.value, str):
            record = self._name_of((object_name, note.value))
        else:
            record = self._words.say("several", count=note.value, object=self._called.object(object_name))
        return self._words.say(note.done, by=by, record=record)

    def _moved(self, note: Note, _: Clause | None, by: str) -> str:
        owner = self._person(note.value[0])
        queue = self._called.named("queues", note.subject or "")
        name = note.done if note.value[0] or note.done == "pull" else "reassign to queue"
        return self._words.say(name, by=by, owner=owner, before=self._person(note.before[0]), queue=queue)

    def _plainly(self, note: Note, clause: Clause | None, by: str) -> str:
        people = self._people(note) if note.done in _TO_PEOPLE else ""
        value = self._shown.text(self._object, "", note.value)
        subject = note.subject or ""
        if clause is not None and clause.step:
            subject = self._called.approval_step(note.rule, subject, clause.step)
        elif clause is not None and clause.title:
            subject = self._called.approval(note.rule, clause.title)
        return self._words.say(note.done, by=by, subject=subject, value=value, people=people)

    def _because(self, clause: Clause | None) -> str:
        if clause is None:
            return ""
        if clause.is_rest:
            return self._words.say("rest")
        parts: list[str] = []
        for condition in clause.conditions:
            if self._called.model.find_object(clause.object) is None:
                continue
            text = say(self._called.model, clause.object, condition.formula, self._called)
            parts.append(text if condition.holds else self._words.say("not", condition=text))
        return self._words.all_of(parts)

    def _read(self, object_name: str, path: str, value: Any) -> ShownValue:
        label = self._called.path(object_name, tuple(path.split(".")))
        text = self._shown.text(object_name, path, value)
        return ShownValue(path=path, label=label, value=as_json(value), text=text)

    def _people(self, note: Note) -> str:
        people = note.value if isinstance(note.value, tuple | list) else (note.value,)
        return self._words.list_of([self._person(one) for one in people])

    def _person(self, user: str | None) -> str:
        """An address as it is."""
        if user is None:
            return self._words.say("nobody")
        return self._known.find("user", user) or (self._words.say("unknown user") if is_id(user) else user)

    def _channels(self, note: Note) -> str:
        names = (note.subject or "").split(", ")
        return self._words.list_of([self._words.say(name) if self._words.has(name) else name for name in names])

    def _record(self, key: Key) -> OtherRecord:
        return OtherRecord(object=key[0], id=key[1], name=self._known.find(*key) or "")

    def _name_of(self, key: Key) -> str:
        label, name = self._called.object(key[0]), self._known.find(*key)
        if name:
            return self._words.say("named", object=label, name=name)
        return self._words.say("unnamed", object=label, id=key[1])


def field_of(note: Note) -> str | None:
    """The field that a note is about, None for another matter."""
    if note.done in _OF_QUEUES:
        return "owner"
    return note.subject if note.done in ("assign", "set", "fail") else None


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def keys_of_note(called: Called, object_name: str, note: Note) -> Iterator[Key]:
    """The users and records that sentences about the note name."""
    if note.origin is not None:
        yield note.origin
    for path, value in note.read or ():
        yield from keys_of(called, object_name if note.origin is None else note.origin[0], path, value)
    if note.done == "assign" or note.done in _OF_QUEUES:
        yield from (("user", one) for one in (note.value[0], note.before[0]) if one)
    elif note.done in _TO_PEOPLE:
        people = note.value if isinstance(note.value, tuple | list) else (note.value,)
        yield from (("user", one) for one in people if isinstance(one, str))
    elif note.done in _OF_OTHERS and isinstance(note.value, str):
        yield note.subject or "", note.value
    elif note.done == "set":
        for value in (note.value, note.before):
            yield from keys_of(called, object_name, note.subject or "", value)
