"""`trellis user`: creating and listing users, their passwords and API keys."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from secrets import token_hex

from tests.master_key import MASTER_KEY
from tests.trellis.cli.commands import trellis_here
from trellis.settings import Settings
from trellis.tenancy.directory import open_directory


def _tenant(folder: Path, database_url: str) -> str:
    name = f"t{token_hex(6)}"

    async def create() -> None:
        async with open_directory(
            Settings(master_key=MASTER_KEY, data_dir=folder, database_url=database_url, pool_size=2)
        ) as directory:
            await directory.create(name)

    asyncio.run(create())
    return name


def test_a_user_is_created_listed_and_given_a_key(tmp_path: Path, database_url: str) -> None:
    tenant = _tenant(tmp_path, database_url)
    where = {"folder": tmp_path, "database_url": database_url}
    create = ("user", "create", "mei", "--tenant", tenant, "--email", "mei@example.com", "--name", "Mei Lin", "--admin")
    created = trellis_here(*create, "--password-stdin", "--json", stdin="correct horse battery\n", **where)
    assert created.returncode == 0, created.stderr
    user = json.loads(created.stdout)
    assert (user["username"], user["is_admin"]) == ("mei", True)
    assert "password" not in created.stdout

    again = trellis_here(*create, "--password", "correct horse battery", **where)
    assert again.returncode == 1
    assert "Another user has the" in again.stderr

    listed = trellis_here("user", "list", "--tenant", tenant, **where)
    assert "mei\tMei Lin\tmei@example.com\tyes\tyes\ten\tUTC" in listed.stdout

    key = trellis_here("user", "api-key", "mei", "--tenant", tenant, "--days", "3", "--json", **where)
    assert json.loads(key.stdout)["token"].startswith(f"{tenant}.")
    key_id = json.loads(key.stdout)["id"]
    rotated = trellis_here("user", "rotate-key", "mei", key_id, "--tenant", tenant, **where)
    assert rotated.stdout.startswith(f"{tenant}.")
    revoked = trellis_here("user", "revoke-key", "mei", key_id, "--tenant", tenant, **where)
    assert revoked.stdout == "Revoked.\n"
    terms = ("--scope", "records:read", "--scope", "metadata", "--network", "10.1.0.0/16", "--name", "export")
    trellis_here("user", "api-key", "mei", "--tenant", tenant, *terms, **where)
    keys = trellis_here("user", "api-keys", "mei", "--tenant", tenant, **where).stdout.splitlines()
    assert "\tmetadata records:read\t10.1.0.0/16\t" in keys[1]
    assert key_id not in "".join(keys)
    refused = trellis_here("user", "api-key", "mei", "--tenant", tenant, "--scope", "record:read", **where)
    assert refused.returncode == 1
    assert "Did you mean records:read?" in refused.stderr

    assert "last used" in trellis_here("user", "passkeys", "mei", "--tenant", tenant, **where).stdout
    gone = trellis_here("user", "remove-passkey", "mei", key_id, "--tenant", tenant, **where)
    assert gone.returncode == 1
    assert f"There is no passkey {key_id}" in gone.stderr

    short = trellis_here("user", "set-password", "mei", "--tenant", tenant, "--password", "short", **where)
    assert short.returncode == 1
    assert "10 to 256" in short.stderr
    assert (
        trellis_here(
            "user",
            "set-password",
            "MEI@example.com",
            "--tenant",
            tenant,
            "--password-stdin",
            stdin="another one!\n",
            **where,
        ).returncode
        == 0
    )
    nobody = trellis_here(
        "user", "set-password", "nobody", "--tenant", tenant, "--password", "long enough here", **where
    )
    assert nobody.returncode == 1
    assert "no user nobody" in nobody.stderr

    assert "may sign in at once" in trellis_here("user", "unlock", "mei", "--tenant", tenant, **where).stdout
    reset = trellis_here("user", "reset-second-factor", "mei", "--tenant", tenant, **where)
    assert reset.stdout == "mei has no second factor.\n"
    assert trellis_here("user", "sign-ins", "mei", "--tenant", tenant, **where).stdout.startswith("at (UTC)\tuser")
