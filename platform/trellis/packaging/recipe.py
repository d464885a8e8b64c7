"""A recipe of sample data (data/*.yaml of a package) -> records as plain data, the same for the same seed and day.

A recipe names lists and tables to draw from and, object by object, how many records to make and how each field comes about:

    a plain value                     that value
    {pick: NAME or [..] or {A: 3, B: 1}}   one of a list, or by weight
    {number: [LOW, HIGH], step: 100}  a number; `skew: 2` makes small ones more frequent
    {date: [-90, 30]}                 a day, counted from today
    {text: "{person.first} of {company}, no. {n}"}   text from drawn rows, lists, earlier fields and the running number
    {ref: account}                    an earlier record of this recipe, by object
    {user: true}                      one of the users given
    {some: [LIST, 0, 3]}              up to three of a list
    {chance: 0.4, value: HOW}         HOW in four of ten cases, else blank
    {by: stage, cases: {Won: HOW}, otherwise: HOW}   depends on an earlier field
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from trellis.packaging.errors import InvalidRecipe

MAX_RECORDS = 100_000
_SLOT = re.compile(r"\{([a-z_][a-z0-9_.]*)\}")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Stands for the id of a record of this recipe, until it has one."""

    object: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records of one object, in order. Values are JSON values or Placeholders."""

    object: str
    records: tuple[Mapping[str, Any], ...]


def follow_recipe(recipe: Mapping[str, Any], *, today: date, users: Sequence[str], name: str) -> tuple[Batch, ...]:
    """The batches in an order in which they can be written. `users`: ids that {user: true} draws from; `name`: the recipe's file,
    for messages. Raises InvalidRecipe."""
    problems = [key for key in recipe if key not in ("seed", "lists", "tables", "records")]
    if problems:
        raise InvalidRecipe(f"{name}: unknown key {problems[0]!r}; allowed are seed, lists, tables, records")
    kitchen = _Kitchen(
        name=name,
        seed=recipe.get("seed", 0),
        lists=_mapping(recipe, "lists", name),
        tables=_mapping(recipe, "tables", name),
        today=today,
        users=tuple(users),
    )
    steps = [_step(step, name) for step in recipe.get("records") or []]
    if sum(step.count for step in steps) > MAX_RECORDS:
        raise InvalidRecipe(f"{name}: a recipe makes at most {MAX_RECORDS:,} records")
    return tuple(kitchen.make(step) for step in steps)


def _mapping(recipe: Mapping[str, Any], key: str, name: str) -> Mapping[str, Any]:
    value = {} if recipe.get(key) is None else recipe[key]
    if not isinstance(value, dict):
        raise InvalidRecipe(f"{name}: {key} has to be a mapping of names")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    object: str
    count: int
    draw: Mapping[str, str]
    fields: Mapping[str, Any]


def _step(step: Any, name: str) -> _Step:
    try:
        made = _Step(
            object=step["object"],
            count=int(step.get("count", 1)),
            draw=step.get("draw") or {},
            fields=dict(step["fields"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidRecipe(f"{name}: each entry of records has object, count and fields ({error})") from error
    if not isinstance(made.object, str) or made.count < 0:
        raise InvalidRecipe(f"{name}: each entry of records has object, count and fields")
    return made


@dataclass(slots=True, kw_only=True)
class _Kitchen:
    name: str
    seed: object
    lists: Mapping[str, Any]
    tables: Mapping[str, Any]
    today: date
    users: tuple[str, ...]
    made: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def make(self, step: _Step) -> Batch:
        records = self.made.setdefault(step.object, [])
        first = len(records)
        for number in range(first + 1, first + step.count + 1):
            draw = _Draw(self, random.Random(f"{self.seed}:{step.object}:{number}"), number)
            draw.rows = {alias: draw.row(table) for alias, table in step.draw.items()}
            for field_name, how in step.fields.items():
                draw.where = f"{step.object}.{field_name}"
                draw.record[field_name] = draw.value(how)
            records.append(draw.record)
        return Batch(object=step.object, records=tuple(_without_private(record) for record in records[first:]))


def _without_private(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Fields that begin with an underscore help others along and are not written; neither are blanks."""
    return {key: value for key, value in record.items() if not key.startswith("_") and value is not None}


class _Draw:
    """The making of one record."""

    def __init__(self, kitchen: _Kitchen, chance: random.Random, number: int) -> None:
        self.kitchen = kitchen
        self.chance = chance
        self.number = number
        self.record: dict[str, Any] = {}
        self.rows: dict[str, Mapping[str, Any]] = {}
        self.where = ""

    def value(self, how: Any) -> Any:
        if not isinstance(how, dict):
            return how
        for key, make in _MAKERS.items():
            if key in how:
                try:
                    return make(self, how)
                except (TypeError, ValueError, IndexError, KeyError) as error:
                    raise InvalidRecipe(
                        f"{self.kitchen.name}: {self.where}: cannot follow {how!r} ({error})"
                    ) from error
        raise InvalidRecipe(f"{self.kitchen.name}: {self.where}: {how!r} says none of {', '.join(_MAKERS)}")

    def row(self, table: str) -> Mapping[str, Any]:
        rows = self.kitchen.tables.get(table)
        if not rows:
            raise InvalidRecipe(
                f"{self.kitchen.name}: no table {table!r}; there are {', '.join(self.kitchen.tables) or 'none'}"
            )
        columns, *values = rows
        return dict(zip(columns, self.chance.choice(values), strict=True))

    def items(self, of: Any) -> Any:
        if isinstance(of, str):
            if of not in self.kitchen.lists:
                raise InvalidRecipe(
                    f"{self.kitchen.name}: no list {of!r}; there are {', '.join(self.kitchen.lists) or 'none'}"
                )
            return self.kitchen.lists[of]
        return of

    def pick(self, how: Mapping[str, Any]) -> Any:
        items = self.items(how["pick"])
        if isinstance(items, dict):
            return self.chance.choices(list(items), weights=list(items.values()))[0]
        return self.chance.choice(items)

    def make_number(self, how: Mapping[str, Any]) -> Any:
        low, high = how["number"]
        step = how.get("step", 1)
        share = self.chance.random() ** how.get("skew", 1)
        return low + round((high - low) * share / step) * step

    def make_date(self, how: Mapping[str, Any]) -> str:
        low, high = how["date"]
        return (self.kitchen.today + timedelta(days=self.chance.randint(low, high))).isoformat()

    def text(self, how: Mapping[str, Any]) -> str:
        return _SLOT.sub(lambda slot: self.slot(slot[1]), how["text"])

    def slot(self, name: str) -> str:
        """The text for one {name}: a running number, a drawn row's column, an earlier field (of a referenced record too), a list."""
        if name == "n":
            return str(self.number)
        head, _, rest = name.partition(".")
        if head in self.rows:
            return str(self.rows[head][rest])
        if head in self.record:
            value = self.record[head]
            if isinstance(value, Placeholder):
                value = self.kitchen.made[value.object][value.index][rest]
            return "" if value is None else str(value)
        return str(self.chance.choice(self.items(name)))

    def ref(self, how: Mapping[str, Any]) -> Any:
        made = self.kitchen.made.get(how["ref"]) or []
        wanted = [
            index
            for index, record in enumerate(made)
            if all(record.get(k) == v for k, v in (how.get("where") or {}).items())
        ]
        same = how.get("same")
        if same:
            mine = self.record.get(same)
            wanted = [index for index in wanted if made[index].get(same) == mine]
        return Placeholder(how["ref"], self.chance.choice(wanted)) if wanted else None

    def user(self, how: Mapping[str, Any]) -> Any:
        return self.chance.choice(self.kitchen.users) if how["user"] and self.kitchen.users else None

    def some(self, how: Mapping[str, Any]) -> Any:
        items, low, high = how["some"]
        choices = list(self.items(items))
        return sorted(self.chance.sample(choices, self.chance.randint(low, high)), key=choices.index)

    def maybe(self, how: Mapping[str, Any]) -> Any:
        return self.value(how["value"]) if self.chance.random() < how["chance"] else None

    def by(self, how: Mapping[str, Any]) -> Any:
        return self.value(how["cases"].get(self.record.get(how["by"]), how.get("otherwise")))


_MAKERS: Mapping[str, Any] = {
    "pick": _Draw.pick,
    "number": _Draw.make_number,
    "date": _Draw.make_date,
    "text": _Draw.text,
    "ref": _Draw.ref,
    "user": _Draw.user,
    "some": _Draw.some,
    "chance": _Draw.maybe,
    "by": _Draw.by,
}
