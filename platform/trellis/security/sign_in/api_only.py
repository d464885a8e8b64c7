"""Users who work by keys and tokens only: a permission set of theirs keeps them off the web."""

from __future__ import annotations

from datetime import datetime

from trellis.errors import NotAuthenticated
from trellis.security.credentials import Begun
from trellis.security.permissions import permissions_of
from trellis.security.sign_in.attempts import Key
from trellis.security.sign_in.entering import record_refusal
from trellis.security.sign_in.history import Method
from trellis.security.users import Login
from trellis.tenancy.tenant import Tenant


class ApiOnly(NotAuthenticated):
    """Said only to whoever has proved to be that user."""

    code = "api_only"

    def __init__(self) -> None:
        super().__init__(
            "This user works by API only and cannot sign in.",
            hint="Use an API key or a token; an administrator can take the permission set away.",
        )


async def refuse_api_only(
    tenant: Tenant, user: Login, begun: Begun, *, method: Method, now: datetime, keys: tuple[Key, ...] = ()
) -> None:
    """Of a user who has just proved by `method` who they are. Raises ApiOnly."""
    model = (await tenant.refresh()).model
    if permissions_of(model, user.grants, is_admin=user.is_admin).is_api_only:
        await record_refusal(tenant, user.id, begun, "api_only", method=method, now=now, keys=keys)
        raise ApiOnly
