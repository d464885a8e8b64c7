"""A package as one file: a ZIP with a list of contents, the same bytes for the same input, checked before anything in it is used.

Files are stored, not compressed: what a compressor makes differs between versions of its library.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from trellis.packaging.content import (
    MAX_FILE_BYTES,
    MAX_TOTAL_BYTES,
    PackageContent,
    check_amount,
    check_path,
    content_of,
)
from trellis.packaging.errors import InvalidPackage

CONTENTS = "CONTENTS.json"
FORMAT = 1
MAX_ARCHIVE_BYTES = MAX_TOTAL_BYTES + 2 * 1024 * 1024
_EPOCH = (1980, 1, 1, 0, 0, 0)


def archive_name(content: PackageContent) -> str:
    """The file name of a package's archive: sales-1.0.0.trellis."""
    return f"{content.package.name}-{content.package.version}.trellis"


def build_archive(content: PackageContent) -> bytes:
    """The archive. Equal contents give equal bytes on every machine and Python."""
    encoded = {path: text.encode("utf-8") for path, text in content.files.items()}
    contents = {
        "format": FORMAT,
        "name": content.package.name,
        "version": content.package.version,
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in encoded.items()},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, data in [(CONTENTS, json.dumps(contents, indent=1, sort_keys=True).encode()), *encoded.items()]:
            info = zipfile.ZipInfo(path, _EPOCH)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def read_archive(data: bytes) -> PackageContent:
    """The package in an archive, whole and unchanged since it was built. Raises InvalidPackage saying what is wrong with it."""
    if len(data) > MAX_ARCHIVE_BYTES:
        raise InvalidPackage(f"the archive has {len(data):,} bytes; {MAX_ARCHIVE_BYTES:,} are allowed")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _checked(archive)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise InvalidPackage(
            f"this is not a package archive: {error}", hint="Build one with 'trellis package build FOLDER'."
        ) from error


def _checked(archive: zipfile.ZipFile) -> PackageContent:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    check_amount(entry.file_size for entry in entries)
    if len(set(names)) != len(names):
        raise InvalidPackage("the archive names a file twice")
    for entry in entries:
        kind = entry.external_attr >> 16 & 0o170000
        if kind not in (0, 0o100000):
            raise InvalidPackage(f"{entry.filename} is not a plain file")
        if entry.compress_type != zipfile.ZIP_STORED:
            raise InvalidPackage(
                f"{entry.filename} is compressed; a package's files are stored as they are",
                hint="Build the archive with 'trellis package build FOLDER'.",
            )
    contents = _contents(_read(archive, CONTENTS, names))
    listed = contents["files"]
    for name in sorted(set(names) - {CONTENTS} - set(listed)):
        raise InvalidPackage(f"{name} is in the archive but not in its list of contents")
    files = {}
    for path, digest in listed.items():
        raw = _read(archive, check_path(path), names)
        if hashlib.sha256(raw).hexdigest() != digest:
            raise InvalidPackage(f"{path} was changed after the archive was built")
        try:
            files[path] = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidPackage(f"{path} is not UTF-8 text (byte {error.start})") from error
    content = content_of(files)
    if (content.package.name, content.package.version) != (contents["name"], contents["version"]):
        raise InvalidPackage("package.yaml and the list of contents name different packages")
    return content


def _read(archive: zipfile.ZipFile, name: str, names: list[str]) -> bytes:
    if name not in names:
        raise InvalidPackage(f"{name} is missing from the archive")
    with archive.open(name) as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise InvalidPackage(f"{name} unpacks to more than {MAX_FILE_BYTES:,} bytes")
    return data


def _contents(raw: bytes) -> Mapping[str, Any]:
    try:
        contents = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise InvalidPackage(f"{CONTENTS} cannot be read: {error}") from error
    shaped = (
        isinstance(contents, dict)
        and isinstance(contents.get("files"), dict)
        and all(isinstance(digest, str) for digest in contents["files"].values())
        and "name" in contents
        and "version" in contents
    )
    if not shaped:
        raise InvalidPackage(f"{CONTENTS} lacks name, version or files")
    if contents.get("format") != FORMAT:
        raise InvalidPackage(f"the archive has format {contents.get('format')!r}; this version reads format {FORMAT}")
    return dict(contents)
