"""Record types that extensions add to somebody else's object: their order, who says the default, and what is refused."""

from __future__ import annotations

import pytest

from metamodel import Component, MetadataError, Model, build_model, read_source
from tests.metamodel.sources import OBJECT_A

STAGE = "  stage: {type: picklist, label: Stage, values: [Open, Won]}\n"
OWN = "record_types:\n  one: {label: One}\n  two: {label: Two}\ndefault_record_type: two\n"
CORE = "name: core\nversion: 1.0.0\nlabel: Core\n"
ACME = "name: acme\nversion: 1.0.0\nlabel: Acme\nnamespace: acme\ndependencies: {core: '>=1'}\n"
LAYOUT = "label: L\nsections: [{label: S, fields: [n]}]\n"
ACME_TYPE = "record_types: {acme__rent: {label: Rent}}\n"
TENANT_TYPE = "record_types: {mine: {label: Mine}}\n"


def components(
    target: str, tenant: str = "", acme: str = "", other: str = "", layouts: str = "layouts/a/own.yaml"
) -> tuple[Component, ...]:
    """An object of the package core, and what the tenant and the packages acme and other extend it with."""
    packages = {
        "core": {"package.yaml": CORE, "objects/a.yaml": target},
        "acme": {"package.yaml": ACME, **({"extensions/a.yaml": acme} if acme else {})},
        "other": {
            "package.yaml": ACME.replace("acme", "other"),
            **({"extensions/a.yaml": other} if other else {}),
        },
        "": {layouts: LAYOUT, **({"extensions/a.yaml": tenant} if tenant else {})},
    }
    return tuple(one for owner, files in packages.items() for one in read_source(files, owner))


def model(*args: str, **files: str) -> Model:
    return build_model(components(*args, **files))


def faults(*args: str, **files: str) -> list[tuple[str, str, int, str]]:
    """(file, code, line, message with its hint) of what is wrong."""
    with pytest.raises(MetadataError) as caught:
        model(*args, **files)
    return [(one.file, one.code, one.line, one.render()) for one in caught.value.problems]


def test_types_of_extensions_follow_those_of_the_object_and_the_tenants_are_last() -> None:
    tenant = (
        "fields: {mood: {type: picklist, label: Mood, values: [Good, Bad]}}\nrecord_types:\n"
        "  mine: {label: Mine, layout: own, picklists: {mood: {values: [Good], default: Good}, stage: {values: [Won]}}}\n"
    )
    target = model(OBJECT_A + STAGE + OWN, tenant, ACME_TYPE).object("a")
    assert [(one.name, one.owner) for one in target.record_types.values()] == [
        *(("one", "core"), ("two", "core")),
        *(("acme__rent", "acme"), ("mine", "")),
    ]
    assert target.default_record_type == "two"
    mine = target.record_types["mine"]
    assert (mine.layout, dict(mine.values), dict(mine.defaults)) == (
        *("own", {"mood": ("Good",), "stage": ("Won",)}),
        {"mood": "Good"},
    )
    field = target.fields["record_type"]
    assert field.formula_type.values == ("one", "two", "acme__rent", "mine")


def test_an_object_without_types_leaves_the_default_to_its_extensions() -> None:
    target = model(OBJECT_A, f"{TENANT_TYPE}default_record_type: mine\n", ACME_TYPE).object("a")
    assert (list(target.record_types), target.default_record_type) == (["acme__rent", "mine"], "mine")
    assert (
        model(OBJECT_A, "default_record_type: acme__rent\n", ACME_TYPE).object("a").default_record_type == "acme__rent"
    )


def test_a_type_that_is_there_already_is_refused_with_where_it_is() -> None:
    ((file, code, line, said),) = faults(OBJECT_A + OWN, "record_types:\n  one: {label: Uno, is_active: false}\n")
    assert (file, code, line) == ("extensions/a.yaml", "duplicate_name", 2)
    assert "record type a.one" in said
    assert "objects/a.yaml of core" in said


def test_two_extensions_may_not_add_the_same_type() -> None:
    both = "record_types: {acme__rent: {label: Rent}}\ndefault_record_type: acme__rent\n"
    found = faults(OBJECT_A, "record_types: {acme__rent: {label: Rent}}\n", both)
    assert [one[:2] for one in found] == [("extensions/a.yaml", "duplicate_name")]
    assert "extensions/a.yaml of acme" in found[0][3]


@pytest.mark.parametrize(
    ("target", "tenant", "acme", "other", "code", "says"),
    [
        (OBJECT_A, TENANT_TYPE, "", "", "missing_key", "none of them is the default"),
        (OBJECT_A, f"{TENANT_TYPE}default_record_type: mien\n", "", "", "unknown_record_type", "Did you mean 'mine'?"),
        (OBJECT_A, "default_record_type: mine\n", "", "", "unknown_record_type", "has no record types"),
        (
            *(
                OBJECT_A,
                f"{TENANT_TYPE}default_record_type: mine\n",
                f"{ACME_TYPE}default_record_type: acme__rent\n",
                "",
            ),
            *("bad_default", "is 'acme__rent', as extensions/a.yaml of acme says"),
        ),
        (
            *(OBJECT_A + OWN, f"{TENANT_TYPE}default_record_type: mine\n", "", ""),
            *("bad_default", "is 'two', as objects/a.yaml of core says"),
        ),
        (OBJECT_A + OWN, "", "record_types: {rent: {label: Rent}}\n", "", "wrong_namespace", "acme__rent"),
        (OBJECT_A + OWN, "record_types: {acme__x: {label: X}}\n", "", "", "wrong_namespace", "has a namespace"),
        (OBJECT_A + OWN.replace("two", "x__y"), "", "", "", "wrong_namespace", "needs no namespace"),
        (
            OBJECT_A + OWN,
            "record_types: {mine: {label: M, layout: onw}}\n",
            "",
            "",
            "unknown_layout",
            "Did you mean 'own'?",
        ),
        (
            *(OBJECT_A + STAGE + OWN, "record_types: {mine: {label: M, picklists: {stag: {values: [Won]}}}}\n", "", ""),
            *("unknown_field", "Did you mean 'stage'?"),
        ),
        (
            OBJECT_A + OWN,
            "",
            "record_types: {acme__r: {label: R, layout: own}}\n",
            "",
            "missing_dependency",
            "tenant's own",
        ),
        (
            *(OBJECT_A, "", ACME_TYPE, "default_record_type: acme__rent\n"),
            *("missing_dependency", "Add acme to the dependencies"),
        ),
        (OBJECT_A + OWN, "{}\n", "", "", "bad_value", "must not be empty"),
    ],
)
def test_what_does_not_hold_together_is_refused(
    target: str, tenant: str, acme: str, other: str, code: str, says: str
) -> None:
    ((_, found, _, said),) = faults(target, tenant, acme, other)
    assert (found, says in said) == (code, True), said


def test_a_package_gives_no_types_of_those_it_does_not_depend_on() -> None:
    rights = "label: R\nobjects: {a: {rights: [create], record_types: [one, mine]}}\n"
    files = read_source({"permissions/acme__r.yaml": rights}, "acme")
    with pytest.raises(MetadataError) as caught:
        build_model((*components(OBJECT_A + OWN, TENANT_TYPE), *files))
    (problem,) = caught.value.problems
    assert (problem.code, "tenant's own" in problem.message) == ("missing_dependency", True)
