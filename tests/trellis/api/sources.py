"""A small application's metadata, as files."""

from __future__ import annotations

ACCOUNT = """\
label: Account
plural_label: Accounts
name_field: name
fields:
  name: {type: text, label: Name, length: 80, required: true}
  code: {type: text, label: Code, length: 20, unique: true, external_id: true}
"""

LEAD = """\
label: Lead
plural_label: Leads
description: Somebody who may buy.
name_field: last_name
fields:
  last_name: {type: text, label: Last name, length: 80, required: true}
  status: {type: picklist, label: Status, values: [{name: New, default: true}, Working, Lost]}
  email: {type: email, label: Email}
  amount: {type: currency, label: Amount}
  size: {type: number, label: Size, precision: 18, scale: 2}
  hot: {type: checkbox, label: Hot}
  due_on: {type: date, label: Due on}
  place: {type: geolocation, label: Place, scale: 4}
  tags: {type: multi_picklist, label: Tags, values: [red, green]}
  account: {type: lookup, label: Account, object: account}
  loud_name: {type: formula, label: Loud name, returns: text, formula: UPPER(last_name)}
validations:
  amount_not_negative: {formula: amount < 0, message: The amount must not be negative., field: amount}
"""

CHINESE = """\
objects:
  lead:
    label: 线索
    fields:
      last_name: {label: 姓}
"""

FILES = {"objects/account.yaml": ACCOUNT, "objects/lead.yaml": LEAD, "translations/zh-Hans.yaml": CHINESE}
