"""The setting that says where requests may go."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from pathlib import Path

import pytest

from trellis.errors import InvalidSettings
from trellis.outbound.opening import build_client
from trellis.runtime import open_runtime
from trellis.settings import Settings


@pytest.mark.parametrize("redis_url", ["", "redis://127.0.0.1:1/0"])
def test_a_network_that_is_none_is_refused_at_the_start(redis_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        settings = Settings(data_dir=tmp_path, redis_url=redis_url, outbound_allowed="10.0.0.0/8, intranet")
        async with open_runtime(settings):
            pass

    with pytest.raises(InvalidSettings, match="'intranet' is no network"):
        asyncio.run(run())


def test_what_the_operator_allows_is_allowed() -> None:
    assert build_client(Settings(outbound_allowed="10.0.0.0/8")).rule.permits(ip_address("10.1.1.1"))
    assert not build_client(Settings()).rule.permits(ip_address("10.1.1.1"))
