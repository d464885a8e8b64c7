"""Archives: the same bytes for the same input, and nothing but a whole, unchanged package comes out of one."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.errors import TrellisError
from trellis.packaging.archive import CONTENTS, archive_name, build_archive, read_archive
from trellis.packaging.bundled import bundled_folder
from trellis.packaging.content import content_of
from trellis.packaging.errors import InvalidPackage
from trellis.packaging.folder import load_folder, write_folder

MANIFEST = "name: parts\nnamespace: acme\nversion: 1.2.0\nlabel: Parts\n"
FILES = {"package.yaml": MANIFEST, "objects/acme__part.yaml": "label: Part\n", "data/sample.yaml": "seed: 1\n"}


def rezipped(data: bytes, change: dict[str, bytes | None]) -> bytes:
    """The archive with entries replaced, added or (None) left out."""
    source = zipfile.ZipFile(io.BytesIO(data))
    entries = {name: source.read(name) for name in source.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, content in {**entries, **change}.items():
            if content is not None:
                target.writestr(name, content)
    return out.getvalue()


def test_what_is_packed_comes_out_again() -> None:
    content = content_of(FILES)
    assert read_archive(build_archive(content)) == content
    assert archive_name(content) == "parts-1.2.0.trellis"


@given(st.permutations(sorted(FILES)))
def test_the_order_of_files_does_not_change_the_bytes(order: list[str]) -> None:
    assert build_archive(content_of({path: FILES[path] for path in order})) == build_archive(content_of(FILES))


@given(st.binary(max_size=300))
def test_bytes_that_are_no_archive_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidPackage):
        read_archive(data)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_flipped_byte_never_changes_what_comes_out(place: int, mask: int) -> None:
    content = content_of(FILES)
    data = bytearray(build_archive(content))
    data[place % len(data)] ^= mask
    with contextlib.suppress(TrellisError):
        assert read_archive(bytes(data)) == content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"package.yaml": MANIFEST.replace("Parts", "Other").encode()}, "changed after"),
        ({"objects/acme__part.yaml": None}, "missing from the archive"),
        ({"extra.yaml": b"a: 1"}, "not in its list"),
        ({CONTENTS: None}, "CONTENTS.json is missing"),
        ({CONTENTS: b"[]"}, "lacks name, version or files"),
        ({CONTENTS: b"{"}, "cannot be read"),
        ({CONTENTS: b"[" * 100_000}, "cannot be read"),
    ],
)
def test_an_archive_that_was_tampered_with_is_refused(change: dict[str, bytes | None], words: str) -> None:
    with pytest.raises(InvalidPackage, match=words):
        read_archive(rezipped(build_archive(content_of(FILES)), change))


@pytest.mark.parametrize(
    "path",
    [
        "../up.yaml",
        "/etc/passwd.yaml",
        "a\\b.yaml",
        "a//b.yaml",
        "./a.yaml",
        "a/../b.yaml",
        "a b.yaml",
        "run.py",
        "x.so",
    ],
)
def test_paths_that_lead_elsewhere_or_hold_code_are_refused(path: str) -> None:
    with pytest.raises(InvalidPackage):
        content_of({**FILES, path: "x: 1\n"})
    archive = rezipped(build_archive(content_of(FILES)), {path: b"x: 1\n"})
    listed = json.loads(zipfile.ZipFile(io.BytesIO(archive)).read(CONTENTS))
    listed["files"][path] = "0" * 64
    with pytest.raises(InvalidPackage):
        read_archive(rezipped(archive, {CONTENTS: json.dumps(listed).encode()}))


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("package.yaml", b"a" * 200_000_000)
    assert len(out.getvalue()) < 1_000_000
    with pytest.raises(InvalidPackage, match="are allowed"):
        read_archive(out.getvalue())


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compressed_archive_is_refused_before_its_broken_bytes_are_unpacked(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(CONTENTS, b"{}" * 100)
    data = bytearray(out.getvalue())
    data[60:64] = b"\xff\x55\xaa\x00"
    with pytest.raises(InvalidPackage, match="is compressed"):
        read_archive(bytes(data))


def test_a_foreign_package_needs_a_namespace() -> None:
    with pytest.raises(InvalidPackage, match="no namespace"):
        content_of({"package.yaml": 'name: parts\nnamespace: ""\nversion: 1.0.0\nlabel: Parts\n'})


def test_two_paths_that_differ_in_case_only_are_refused() -> None:
    with pytest.raises(InvalidPackage, match="letter case"):
        content_of({**FILES, "objects/acme__PART.yaml": "label: Part\n"})


def test_a_folder_is_read_without_hidden_files_and_written_byte_for_byte(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write_folder(tmp_path, {**FILES, "README.md": "Größe\r\n"})
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.yaml").write_text("a")
    assert load_folder(tmp_path) == {**FILES, "README.md": "Größe\r\n"}


def test_links_in_a_folder_are_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write_folder(tmp_path, FILES)
    (tmp_path / "objects" / "link.yaml").symlink_to("/etc/hostname")
    with pytest.raises(InvalidPackage, match="link"):
        load_folder(tmp_path)


def test_the_sales_package_comes_with_the_product() -> None:
    content = content_of(load_folder(bundled_folder("sales")))
    assert content.package.name == "sales"
    assert build_archive(content) == build_archive(read_archive(build_archive(content)))
    with pytest.raises(InvalidPackage, match="no package"):
        bundled_folder("../sales")
