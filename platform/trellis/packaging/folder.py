"""A folder on disk -> the text files of a package or of a tenant's own metadata."""

from __future__ import annotations

import os
from pathlib import Path

from trellis.packaging.content import MAX_FILE_BYTES, MAX_FILES, SUFFIXES, check_amount, check_path
from trellis.packaging.errors import InvalidPackage

IGNORED = (".git", ".github", "__pycache__", "node_modules")


def load_folder(folder: Path) -> dict[str, str]:
    """The files under `folder` by relative path. Hidden files are passed over. Raises InvalidPackage naming the file that is a link,
    too large, not UTF-8 or of a kind that does not belong."""
    if not folder.is_dir():
        raise InvalidPackage(f"{folder} is not a folder")
    paths = _paths_under(folder)
    check_amount(path.stat().st_size for path in paths.values())
    files = {}
    for name, path in sorted(paths.items()):
        try:
            files[check_path(name)] = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidPackage(f"{name} is not UTF-8 text (byte {error.start})") from error
    return files


def _paths_under(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for top, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in IGNORED and not name.startswith(".")]
        for name in names:
            path = Path(top, name)
            relative = path.relative_to(folder).as_posix()
            if name.startswith("."):
                continue
            if path.is_symlink() or not path.is_file():
                raise InvalidPackage(f"{relative} is a link or a special file; a package holds plain files only")
            found[relative] = path
            if len(found) > MAX_FILES:
                raise InvalidPackage(f"{folder} has more than {MAX_FILES:,} files")
        for name in folders:
            if Path(top, name).is_symlink():
                raise InvalidPackage(
                    f"{Path(top, name).relative_to(folder)} is a link; a package holds plain folders only"
                )
    return found


def write_folder(folder: Path, files: dict[str, str]) -> None:
    """Writes `files` under `folder`, byte for byte, making folders as needed; files it does not name stay."""
    for name, text in files.items():
        path = folder / check_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))


__all__ = ["MAX_FILE_BYTES", "SUFFIXES", "load_folder", "write_folder"]
