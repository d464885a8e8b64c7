"""Whether this process can do its work: for load balancers and supervisors, without signing in."""

from __future__ import annotations

from starlette.responses import Response

from trellis.api.call import Request, json_response


async def get_health(request: Request) -> Response:
    """Asks the directory's database; an error there is answered as any other."""
    await request.runtime.directory.list()
    return json_response({"status": "ok"})
