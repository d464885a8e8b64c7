"""A tenant where a member, Mia, may see some things, and where all that is hidden from her has "canary" in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.trellis.api.sites import Site

CANARY = b"canary"

FILES = {
    "objects/account.yaml": """\
label: Account
plural_label: Accounts
name_field: name
sharing: private
history: true
fields:
  name: {type: text, label: Name, length: 80, required: true}
  code: {type: text, label: Code, length: 20, unique: true, external_id: true}
  region: {type: text, label: Region, length: 20}
  canary_note: {type: text, label: Canary note, length: 80}
  canary_code: {type: text, label: Canary code, length: 20, unique: true}
  tax_id: {type: text, label: Tax id, length: 20, unique: true, encrypted: true, mask: last4}
  loud_canary: {type: formula, label: Loud canary, returns: text, formula: UPPER(canary_note)}
  parent: {type: lookup, label: Parent, object: account}
  vault: {type: lookup, label: Canary vault, object: canary_vault}
  lines_there: {type: formula, label: Lines, returns: number, scale: 0, formula: COUNT(lines)}
""",
    "objects/line.yaml": """\
label: Line
plural_label: Lines
name_field: name
owned: false
fields:
  name: {type: text, label: Name, length: 80, required: true}
  account: {type: master_detail, label: Account, object: account}
""",
    "objects/canary_case.yaml": """\
label: Canary case
plural_label: Canary cases
name_field: name
fields:
  name: {type: text, label: Name, length: 80}
  account: {type: lookup, label: Account, object: account, on_delete: restrict}
""",
    "objects/canary_vault.yaml": """\
label: Canary vault
plural_label: Canary vaults
name_field: name
sharing: read_write
fields:
  name: {type: text, label: Name, length: 80, required: true}
""",
    "layouts/account/default.yaml": """\
label: Account
header: [region, canary_note, owner]
sections:
  - {label: Details, columns: 2, fields: [name, region, canary_note, loud_canary, vault, parent, owner]}
related:
  - {object: line, field: account, label: Lines, columns: [name]}
  - {object: account, field: parent, label: Children, columns: [name, canary_note]}
""",
    "views/account/all.yaml": "label: All accounts\ncolumns: [name, region, canary_note, parent.name]\nsort: [{field: name}]\n",
    "views/account/hidden.yaml": 'label: Canary view\ncolumns: [name]\nfilter: canary_note <> ""\n',
    "apps/trade.yaml": "label: Trade\nicon: briefcase\nobjects: [account, line]\n",
    "apps/other.yaml": "label: Canary app\nicon: briefcase\nobjects: [canary_vault]\n",
    "teams.yaml": "ears: {label: Ears}\n",
    "rules/account.rule": """\
rule "Hear" on account
when updated
then
    notify team ears via in_app "Changed: " & name & ", " & canary_note
end

rule "Rate" on account
when created or updated
if canary_note <> "" && ISBLANK(region)
then
    set region = "West"
end

rule "Poke" on account
when called
then
    set region = "Poked"
end

rule "Link" on account
when called with (other account)
then
    set parent = other
end

rule "Hark" on account
when event heard matching code = $Event.code
then
    set region = "Heard"
end
""",
    "rules/canary_vault.rule": 'rule "Open canary" on canary_vault when called then set name = name & "!" end\n',
    "queues.yaml": "desk: {label: Desk, objects: [account]}\n",
    "permissions/sales.yaml": """\
label: Sales
objects:
  account: {rights: [create, edit, delete], fields: {"*": edit, canary_note: none, canary_code: none, vault: none}}
  line: {rights: [create, edit, delete]}
apps: [trade]
""",
}


@dataclass(slots=True)
class Secrets:
    """`own`, `own_line`: what Mia sees; `hidden`, `hidden_line`, `vault`, `in_bin`: what she does not."""

    site: Site
    mia: str
    token: str
    own: str
    own_line: str
    hidden: str
    hidden_line: str
    vault: str
    in_bin: str

    def get(self, path: str, **options: Any) -> Any:
        return self.site.get(path, token=self.token, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.site.post(path, body, token=self.token, **options)


def furnish(site: Site) -> Secrets:
    mia, token = site.user("mia")
    answer = site.request("PUT", "/api/v1/permission_sets/sales/members", json=[{"user": "mia"}])
    assert answer.status_code == 200, answer.text
    answer = site.request("PUT", "/api/v1/queues/desk/members", json=[{"user": "mia"}])
    assert answer.status_code == 200, answer.text
    answer = site.request("PUT", "/api/v1/teams/ears/members", json=[{"user": "mia"}])
    assert answer.status_code == 200, answer.text
    vault = site.create("canary_vault", name="Canary vault 1")
    hidden = site.create("account", name="Canary Ltd", code="canary-1", canary_note="canary of the hidden", vault=vault)
    own = site.create(
        "account", name="Own", code="own", canary_note="canary of her own", vault=vault, parent=hidden, owner=mia.id
    )
    in_bin = site.create("account", name="Canary in the bin")
    assert site.request("DELETE", f"/api/v1/records/account/{in_bin}").status_code < 300
    return Secrets(
        site=site,
        mia=mia.id,
        token=token,
        own=own,
        own_line=site.create("line", name="Own line", account=own),
        hidden=hidden,
        hidden_line=site.create("line", name="Canary line", account=hidden),
        vault=vault,
        in_bin=in_bin,
    )
