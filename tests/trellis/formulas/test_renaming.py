"""A field is renamed in the formulas and rules of source files; nothing else of them changes."""

from __future__ import annotations

import pytest

from metamodel import Model, build_model, read_source
from tests.trellis.api.sources import ACCOUNT, FILES
from trellis.errors import InvalidMetadata, InvalidRequest, NotFound
from trellis.formulas.renaming.files import rename_in_files

OBJECT = """\
# Leads, as sales knows them: amount is in euro.
label: Lead
plural_label: Leads
name_field: last_name
fields:
  last_name: {type: text, label: Last name, length: 80, required: true}
  amount: {type: currency, label: Amount}  # amount stays here
  account: {type: lookup, label: Account, object: account}
  status: {type: picklist, label: Status, values: [New, Working, amount]}
  doubled: {type: formula, label: Doubled, returns: number, formula: amount * 2}
  quoted: {type: formula, label: Quoted, returns: text, formula: "\\"amount: \\" & TEXT(amount)"}
  single: {type: formula, label: Single, returns: text, formula: 'TEXT(AMOUNT) & '' amount'''}
  long:
    type: formula
    label: Long
    returns: number
    formula: |
      /* twice the amount */
      IF(amount > 10,
         amount,
         0)
  folded:
    type: formula
    label: Folded
    returns: number
    formula: >-
      amount +
      amount
validations:
  amount_not_negative: {formula: amount < 0, message: The amount must not be negative., field: amount}
"""
VIEW = 'label: Big\ncolumns: [last_name, amount]\nfilter: amount > 5 && account.name <> "amount"\n'
RULES = """\
-- The amount decides.
rule "Big" on lead
when created or amount changes
if amount > 100
then
    set amount = amount + 1
    notify owner via in_app "amount of " & TEXT(amount)
end

validation "Too much" on lead
    fail amount "Too much amount" when amount > 1000000
end

rule "Account" on account
when updated
if COUNT(leads, amount > 5) > 0 && name = "amount"
then
    set code = "X"
end
"""
SOURCES = {
    "objects/account.yaml": ACCOUNT,
    "objects/lead.yaml": OBJECT,
    "views/lead/big.yaml": VIEW,
    "rules/leads.rule": RULES,
}


@pytest.fixture(scope="module")
def model() -> Model:
    return build_model(read_source(SOURCES))


def renamed(model: Model, files: dict[str, str]) -> dict[str, str]:
    return rename_in_files(files, model, "lead", "amount", "value")


def test_formulas_of_an_object_follow_however_they_are_written(model: Model) -> None:
    (text,) = renamed(model, {"objects/lead.yaml": OBJECT}).values()
    assert "formula: value * 2}" in text
    assert '"\\"amount: \\" & TEXT(value)"' in text
    assert "'TEXT(value) & '' amount'''" in text
    assert "      /* twice the amount */\n      IF(value > 10,\n         value,\n         0)\n" in text
    assert "value + value" in " ".join(text.split())
    assert "{formula: value < 0, message: The amount must not be negative., field: amount}" in text
    assert "  amount: {type: currency, label: Amount}  # amount stays here\n" in text


def test_a_filter_follows_and_its_texts_stay(model: Model) -> None:
    (text,) = renamed(model, {"views/lead/big.yaml": VIEW}).values()
    assert text == VIEW.replace("filter: amount > 5", "filter: value > 5")


def test_conditions_of_sharing_follow(model: Model) -> None:
    sharing = (
        "rules:\n  big: {label: amount, when: amount > 5, share_with: [everyone]}\n"
        "restrictions:\n  small: {label: Small, when: 'AMOUNT < 9 || owner = $User.id'}\n"
    )
    (text,) = renamed(model, {"sharing/lead.yaml": sharing}).values()
    assert text == sharing.replace("when: amount", "when: value").replace("AMOUNT", "value")


def test_rules_follow_in_formulas_and_where_they_name_the_field(model: Model) -> None:
    (text,) = renamed(model, {"rules/leads.rule": RULES}).values()
    expected = (
        RULES.replace("created or amount changes", "created or value changes")
        .replace("if amount > 100", "if value > 100")
        .replace("set amount = amount + 1", "set value = value + 1")
        .replace("TEXT(amount)", "TEXT(value)")
        .replace('fail amount "Too much amount" when amount', 'fail value "Too much amount" when value')
        .replace("COUNT(leads, amount > 5)", "COUNT(leads, value > 5)")
    )
    assert text == expected


def test_a_field_of_the_same_name_on_another_object_stays(model: Model) -> None:
    assert rename_in_files(SOURCES, model, "account", "code", "number") == {
        "rules/leads.rule": RULES.replace("set code", "set number")
    }


def test_files_that_do_not_mention_it_stay(model: Model) -> None:
    assert renamed(model, {"objects/account.yaml": ACCOUNT, "README.md": "amount"}) == {}


def test_what_cannot_be_renamed_is_refused() -> None:
    model = build_model(read_source(FILES))
    with pytest.raises(NotFound):
        rename_in_files({}, model, "leed", "amount", "value")
    with pytest.raises(InvalidRequest, match="no field"):
        rename_in_files({}, model, "lead", "amuont", "value")
    with pytest.raises(InvalidRequest, match="cannot be read"):
        rename_in_files({"rules/broken.rule": "rule on"}, model, "lead", "amount", "value")
    with pytest.raises(InvalidMetadata):
        rename_in_files({"objects/lead.yaml": "a: [b"}, model, "lead", "amount", "value")
    with pytest.raises(InvalidRequest, match="API name"):
        rename_in_files({}, model, "lead", "amount", "No Name")
