"""Scopes of OAuth and of API keys -> what they let a program do, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from builder_ui.labels import Labels
from builder_ui.translation import Words
from metamodel import Model


def scope_words(words: Words, labels: Labels, model: Model, scopes: Iterable[str]) -> tuple[str, ...]:
    """One sentence for each, the usual ones first. Who may write records may read them, so that is not said twice."""
    left = set(scopes)
    if "records:write" in left:
        left.discard("records:read")
    said = [say() for scope, say in _known(words).items() if scope in left]
    for scope in sorted(left):
        name, _, right = scope.removeprefix("objects.").partition(":")
        if not scope.startswith("objects.") or name not in model.objects:
            continue
        plural = labels.plural(model.objects[name])
        said.append(
            words.say("Read: %(objects)s", objects=plural)
            if right == "read"
            else words.say("Read, add, change and delete: %(objects)s", objects=plural)
        )
    return tuple(said)


def scope_label(words: Words, scope: str) -> str:
    return _known(words)[scope]()


def _known(words: Words) -> Mapping[str, Callable[[], str]]:
    return {
        "openid": lambda: words.say("Know that it is you"),
        "profile": lambda: words.say("Know your name, language and time zone"),
        "email": lambda: words.say("Know your e-mail address"),
        "offline_access": lambda: words.say("Go on while you are away"),
        "records:read": lambda: words.say("Read all records that you may read"),
        "records:write": lambda: words.say("Read, add, change and delete all records that you may"),
        "metadata": lambda: words.say("Change the application: objects, fields, rules"),
        "admin": lambda: words.say("Administer: users, rights, outbox, audit"),
        "scim": lambda: words.say("Manage users and who belongs where"),
    }
