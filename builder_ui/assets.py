"""The bundled assets: their hashed names from the manifest, and a server for them that never asks again and sends them compressed."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static" / "dist"
ADDRESS = "/static"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """`files`: plain name -> hashed name; `icons`: the names in the sprite; `object_icons`: those offered for objects."""

    files: Mapping[str, str] = field(default_factory=dict)
    icons: frozenset[str] = frozenset()
    object_icons: tuple[str, ...] = ()

    @property
    def is_built(self) -> bool:
        return bool(self.files)

    def url(self, name: str) -> str:
        return f"{ADDRESS}/{self.files.get(name, name)}"


def load_assets(folder: Path = FOLDER) -> Assets:
    """What the build left in `folder`; nothing when it never ran, so that the server still starts for callers of the API."""
    manifest = folder / "manifest.json"
    if not manifest.exists():
        return Assets()
    content = json.loads(manifest.read_text("utf-8"))
    return Assets(files=content["files"], icons=frozenset(content["icons"]), object_icons=tuple(content["objectIcons"]))


class AssetFiles(StaticFiles):
    """Files under hashed names: kept for a year, and sent as the compressed copy that lies beside them when the browser takes it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        super().__init__(directory=folder, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.endswith((".br", ".gz", ".json")):
            raise HTTPException(404)
        accepted = Headers(scope=scope).get("accept-encoding", "")
        for encoding, ending in _ENCODINGS:
            if encoding in accepted and (FOLDER / (path + ending)).is_file():
                response = await super().get_response(path + ending, scope)
                response.headers["content-encoding"] = encoding
                return self._kept(response, path)
        return self._kept(await super().get_response(path, scope), path)

    def _kept(self, response: Response, path: str) -> Response:
        if response.status_code == 200:
            media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
            response.headers["content-type"] = media_type + (
                "; charset=utf-8" if media_type.startswith("text/") else ""
            )
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        response.headers["vary"] = "accept-encoding"
        return response
