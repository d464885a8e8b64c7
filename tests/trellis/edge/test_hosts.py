"""Which host names are answered to."""

from __future__ import annotations

import pytest

from trellis.edge.errors import WrongHost
from trellis.edge.hosts import check_host, parse_hosts

ALLOWED = parse_hosts("crm.example.com, *.branch.example.com, [::1]")


@pytest.mark.parametrize("host", ["crm.example.com", "CRM.example.com:8443", "a.branch.example.com", "[::1]:8000"])
def test_named_hosts_are_answered(host: str) -> None:
    assert check_host([(b"host", host.encode())], ALLOWED) == host.lower()


@pytest.mark.parametrize(
    "host", ["evil.example.com", "crm.example.com.evil.com", "branch.example.com", "xcrm.example.com", "[::2]"]
)
def test_others_are_not(host: str) -> None:
    with pytest.raises(WrongHost):
        check_host([(b"host", host.encode())], ALLOWED)
    assert check_host([(b"host", host.encode())], ()) == host


@pytest.mark.parametrize(
    "hosts", [[], [b"a", b"a"], [b""], [b"a/b"], [b"a b"], [b"a@b"], [b"a:b"], [b"a\xff"], [b"a:1:2"]]
)
def test_a_request_names_one_host(hosts: list[bytes]) -> None:
    with pytest.raises(WrongHost):
        check_host([(b"host", host) for host in hosts], ())


@pytest.mark.parametrize("text", ["https://crm.example.com", "crm.example.com:443", "*", "a.*.com", "a b"])
def test_a_setting_that_names_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no host name"):
        parse_hosts(text)
