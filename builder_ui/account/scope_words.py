"""Scopes -> words: what an API key or another program may do."""

from __future__ import annotations

from builder_ui.labels import Labels
from builder_ui.translation import Words
from trellis.security.scopes import ADMIN, METADATA, READ, SCIM, WRITE, Scopes


def general_scopes(words: Words) -> dict[str, str]:
    """Those that are about no object alone."""
    return {
        READ: words.say("Read all records"),
        WRITE: words.say("Read and change all records"),
        METADATA: words.say("Change objects, fields, rules and layouts"),
        ADMIN: words.say("Manage users, queues and messages"),
        SCIM: words.say("Bring users in from a directory (SCIM)"),
    }


def scope_words(scopes: Scopes | None, labels: Labels, words: Words) -> tuple[str, ...]:
    """One phrase for each, the general ones first."""
    if scopes is None:
        return (words.say("Everything its user may"),)
    general = general_scopes(words)
    told = [text for scope, text in general.items() if scope in scopes]
    for scope in sorted(scopes - set(general)):
        name, _, right = scope.removeprefix("objects.").partition(":")
        label = labels.plural_of(name)
        told.append(
            words.say("Read and change: %(objects)s", objects=label)
            if right == "write"
            else words.say("Read: %(objects)s", objects=label)
        )
    return tuple(told)
