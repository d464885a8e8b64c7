"""`trellis secret`, `trellis webhook`, `trellis mail` and `trellis user contact`, as people type them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.trellis.cli.tenants import commanded_tenant
from trellis.cli.mail import TRY_AGAIN

FILES = {"webhooks.yaml": 'erp: {label: ERP, url: "http://127.0.0.1:9/${path}"}\n'}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_is_sent_to_the_outside_is_looked_after(database_url: str, tmp_path: Path) -> None:
    with commanded_tenant(database_url, tmp_path, "bo", files=FILES) as tenant:
        [erp] = json.loads(tenant.trellis("webhook", "list", "--json").stdout)
        assert erp["missing_secrets"] == ["path"]
        unset = tenant.trellis("webhook", "try", "erp")
        assert unset.returncode == 1
        assert "the secret path is not set" in unset.stdout
        wrong = tenant.trellis("secret", "set", "path")
        assert wrong.returncode == 2, "nobody is there to ask"
        assert tenant.trellis("webhook", "posts").returncode == 0

        added = tenant.trellis("mail", "suppress", "Eve@example.org")
        assert added.stdout == "Eve@example.org gets no more mail.\n", added.stderr
        [one] = json.loads(tenant.trellis("mail", "suppressed", "--json").stdout)
        assert (one["address"], one["reason"]) == ("eve@example.org", "added")
        assert tenant.trellis("mail", "allow", "eve@example.org").returncode == 0
        assert tenant.trellis("mail", "allow", "eve@example.org").returncode == 1

        set_ = tenant.trellis("user", "contact", "bo", "--phone", "+49 30 123456", "--chat-id", "U7", "--json")
        assert json.loads(set_.stdout) == {"phone": "+4930123456", "chat_id": "U7"}, set_.stderr
        assert tenant.trellis("user", "contact", "bo").stdout == "bo: phone +4930123456, chat id U7.\n"


def test_the_mail_server_is_asked_to_come_again_by_the_code_that_it_knows() -> None:
    assert TRY_AGAIN == 75
