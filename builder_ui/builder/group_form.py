"""The posted form of a role or team -> the members it asks for: every row as it stands, then what the button pressed does to them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """`users`: ids, in order. `moved`: whose row changed its place, `added`: who came; None for nobody."""

    users: tuple[str, ...]
    moved: str | None = None
    added: str | None = None


def read_grouping(form: FormData) -> Grouping:
    """The button is `do`: save, add, or up, down or remove with a colon and an id. Whom one chose to add is added by any of them."""
    users = [value for value in form.getlist("user") if isinstance(value, str)]
    action, _, user = _text(form, "do").partition(":")
    moved = None
    if user in users and action == "remove":
        users.remove(user)
    elif user in users and action in ("up", "down"):
        at = users.index(user)
        to = min(max(at + (1 if action == "down" else -1), 0), len(users) - 1)
        users.insert(to, users.pop(at))
        moved = user
    added = _text(form, "add") or None
    if added is not None:
        users.append(added)
    return Grouping(users=tuple(users), moved=moved, added=added)


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
