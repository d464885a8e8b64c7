"""A small application with every type of field, as files."""

from __future__ import annotations

ACCOUNT = """\
label: Account
plural_label: Accounts
icon: building
hue: 240
name_field: name
fields:
  name: {type: text, label: Account name, length: 80, required: true}
  city: {type: text, label: City, length: 60}
"""

DEAL = """\
label: Deal
plural_label: Deals
icon: target-arrow
hue: 30
description: A sale we hope to win.
name_field: name
fields:
  name: {type: text, label: Deal name, length: 60, required: true}
  code: {type: text, label: Code, length: 20, unique: true}
  account: {type: lookup, label: Account, object: account, on_delete: restrict}
  stage:
    type: picklist
    label: Stage
    values: [{name: Open, hue: 240, default: true}, {name: Offer, hue: 80}, {name: Won, hue: 150}, Lost]
  amount: {type: currency, label: Amount, currency: EUR}
  chance: {type: percent, label: Chance, scale: 0}
  parts: {type: number, label: Parts}
  due_on: {type: date, label: Due on}
  meets_at: {type: datetime, label: Meets at}
  opens_at: {type: time, label: Opens at}
  urgent: {type: checkbox, label: Urgent}
  tags: {type: multi_picklist, label: Tags, values: [Red, Green, Blue]}
  email: {type: email, label: E-mail}
  phone: {type: phone, label: Phone}
  website: {type: url, label: Website}
  place: {type: geolocation, label: Place, scale: 4}
  number: {type: auto_number, label: Number, format: 'D-{000}'}
  doubled: {type: formula, label: Doubled, returns: currency, formula: amount * 2}
  notes: {type: long_text, label: Notes}
validations:
  amount_not_negative: {formula: amount < 0, message: The amount must not be negative., field: amount}
  won_has_amount: {formula: stage = "Won" && ISBLANK(amount), message: A won deal has an amount.}
"""

LAYOUT = """\
label: Deal
header: [account, amount, owner]
path: stage
sections:
  - {label: Deal, columns: 2, fields: [name, code, account, stage, amount, chance, parts, due_on, meets_at, opens_at, urgent, tags, owner]}
  - {label: Reach, columns: 2, fields: [email, phone, website, place]}
  - {label: More, columns: 1, fields: [notes, number, doubled]}
"""

FILES = {
    "objects/account.yaml": ACCOUNT,
    "objects/deal.yaml": DEAL,
    "layouts/deal/default.yaml": LAYOUT,
    "views/deal/all.yaml": "label: All deals\ncolumns: [name, account.name, stage, amount, due_on, owner.name]\nsort: [{field: name}]\n",
    "views/deal/open.yaml": 'label: Open deals\ncolumns: [name, stage]\nfilter: stage = "Open" && amount > 10\nsort: [{field: amount}]\n',
    "apps/trade.yaml": "label: Trade\nicon: briefcase\nobjects: [deal, account]\n",
    "translations/zh-Hans.yaml": """\
apps:
  trade: {label: 贸易}
objects:
  deal:
    label: 交易
    plural_label: 交易
    validations:
      amount_not_negative: {message: 金额不能为负。}
    fields:
      name: {label: 交易名称}
      stage: {label: 阶段, values: {Open: 进行中}}
""",
}
