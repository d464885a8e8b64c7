"""What changes of permissions and sharing come to, in words, and which of them let somebody see or do more."""

from __future__ import annotations

import pytest

from metamodel import diff
from metamodel.changes import ComponentChanged
from tests.metamodel.sources import OBJECT_A, model_of, object_source

FILES = {
    "objects/a.yaml": object_source("city: {type: text, label: City}", "pay: {type: number, label: Pay}"),
    "apps/sales.yaml": "label: Sales\nobjects: [a]\n",
    "permissions/rep.yaml": "label: Rep\nobjects:\n  a: {rights: [read], fields: {'*': read, pay: none}}\nsystem: [export]\n",
    "objects/b.yaml": OBJECT_A + "record_types: {x: {label: X}, y: {label: Y}}\ndefault_record_type: x\n",
    "permissions/boss.yaml": "label: Boss\nobjects:\n  b: {rights: [create], record_types: [x]}\n",
    "permission_groups.yaml": "g: {label: G, sets: [rep]}\n",
    "roles.yaml": "rep: {label: Rep}\nboss: {label: Boss}\n",
    "sharing/a.yaml": (
        "rules:\n  r: {label: R, when: city = 'x', share_with: [everyone]}\nrestrictions:\n  s: {label: S, when: city = 'y'}\n"
    ),
}
OPENS, CLOSES = True, False


def notes_of(path: str, old: str, new: str) -> list[tuple[str, bool]]:
    """Of the change of one file in which `old` becomes `new`."""
    assert old in FILES[path]
    changes = diff(model_of(FILES), model_of({**FILES, path: FILES[path].replace(old, new)}))
    (change,) = (change for change in changes if isinstance(change, ComponentChanged))
    assert (change.what, len(changes)) == ("changed", 1)
    return [(str(note.text), note.opens) for note in change.notes]


@pytest.mark.parametrize(
    ("old", "new", "notes"),
    [
        ("[read]", "[read, edit, delete]", [("gives a: edit, delete", OPENS)]),
        ("[read]", "[modify_all]", [("gives a: edit, delete, view_all, modify_all", OPENS)]),
        ("pay: none", "pay: edit", [("a.pay: none becomes edit", OPENS)]),
        ("'*': read", "'*': edit", [("a.*: read becomes edit", OPENS)]),
        ("'*': read", "'*': read, city: none", [("a.city: read becomes none", CLOSES)]),
        ("{'*': read, pay: none}", "{city: read}", [("a.*: read becomes none", CLOSES)]),
        (
            ", fields: {'*': read, pay: none}",
            "",
            [("a.*: read becomes edit", OPENS), ("a.pay: none becomes edit", OPENS)],
        ),
        ("  a: {rights: [read], fields: {'*': read, pay: none}}", "  {}", [("takes away a: read", CLOSES)]),
        ("[export]", "[view_audit]", [("gives view_audit", OPENS), ("takes away export", CLOSES)]),
        ("system: [export]", "system: [export]\napps: [sales]", [("gives apps: sales", OPENS)]),
        ("system", "api_only: true\nsystem", [("whoever has it may no longer sign in on the web", CLOSES)]),
        ("label: Rep", "label: Sales rep", []),
    ],
)
def test_a_permission_set_gives_and_takes_away(old: str, new: str, notes: list[tuple[str, bool]]) -> None:
    assert notes_of("permissions/rep.yaml", old, new) == notes


@pytest.mark.parametrize(
    ("old", "new", "notes"),
    [
        ("[x]", "[x, y]", [("gives record types of b: y", OPENS)]),
        ("[x]", "[y]", [("gives record types of b: y", OPENS), ("takes away record types of b: x", CLOSES)]),
        (", record_types: [x]", "", [("lets new records of b have every record type", OPENS)]),
        ("[create], record_types: [x]", "[read]", [("takes away b: create", CLOSES)]),
    ],
)
def test_a_permission_set_opens_record_types(old: str, new: str, notes: list[tuple[str, bool]]) -> None:
    assert notes_of("permissions/boss.yaml", old, new) == notes


def test_record_types_that_were_all_open_are_confined() -> None:
    path = "permissions/boss.yaml"
    before = {**FILES, path: FILES[path].replace(", record_types: [x]", "")}
    changes = [one for one in diff(model_of(before), model_of(FILES)) if isinstance(one, ComponentChanged)]
    assert [(str(note.text), note.opens) for note in changes[0].notes] == [
        ("lets new records of b have these record types alone: x", CLOSES)
    ]


@pytest.mark.parametrize(
    ("path", "old", "new", "notes"),
    [
        ("permission_groups.yaml", "[rep]", "[boss, rep]", [("gives boss", OPENS)]),
        ("permission_groups.yaml", "[rep]", "[boss]", [("gives boss", OPENS), ("takes away rep", CLOSES)]),
        (
            "roles.yaml",
            "{label: Rep}",
            "{label: Rep, reports_to: boss}",
            [("reports to boss, whose people come to see what its people have", OPENS)],
        ),
        ("roles.yaml", "{label: Rep}", "{label: R}", []),
        ("objects/a.yaml", "name_field", "sharing: read\nname_field", [("sharing: private becomes read", OPENS)]),
    ],
)
def test_groups_roles_and_objects_open_and_close(path: str, old: str, new: str, notes: list[tuple[str, bool]]) -> None:
    assert notes_of(path, old, new) == notes


@pytest.mark.parametrize(
    ("old", "new", "notes"),
    [
        ("when: city = 'x'", "when: city = 'z'", [("rule r: shares otherwise", OPENS)]),
        ("label: R,", "label: Rule,", []),
        (
            "rules:\n  r:",
            "rules:\n  q:",
            [("rule q: shares records, access read", OPENS), ("rule r: shares no more", CLOSES)],
        ),
        ("city = 'y'", "city = 'z'", [("restriction s: keeps other records from people", OPENS)]),
        (
            "  s: {label: S, when: city = 'y'}",
            "  {}",
            [("restriction s: keeps nothing from anybody any more", OPENS)],
        ),
    ],
)
def test_sharing_opens_and_restrictions_close(old: str, new: str, notes: list[tuple[str, bool]]) -> None:
    assert notes_of("sharing/a.yaml", old, new) == notes


def test_what_is_new_opens_nothing_that_anybody_has_yet() -> None:
    without = {path: source for path, source in FILES.items() if path.startswith(("objects", "apps"))}
    found = [change for change in diff(model_of(without), model_of(FILES)) if isinstance(change, ComponentChanged)]
    assert {change.kind: [note.opens for note in change.notes] for change in found} == {
        "roles": [],
        "permission_set": [],
        "permission_groups": [],
        "sharing": [OPENS, CLOSES],
    }
