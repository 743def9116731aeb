"""A file becomes a source, or a diagnostic that says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from archonc.diagnostic import Diagnostic, render_text
from archonc.source import Source
from archonc.syntax import read_source
from archonc.syntax.read import MAX_BYTES


def read(folder: Path, content: bytes) -> Source | Diagnostic:
    path = folder / "one.archon"
    path.write_bytes(content)
    return read_source(path)


def failure(folder: Path, content: bytes) -> Diagnostic:
    result = read(folder, content)
    assert isinstance(result, Diagnostic)
    return result


@pytest.mark.parametrize(
    "content",
    [
        b"archon 1\n# \xc3\xa9\n",
        b"archon 1\r\n# \xc3\xa9\r\n",
        b"\xef\xbb\xbfarchon 1\n# \xc3\xa9\n",
    ],
    ids=["unix", "windows", "byte-order-mark"],
)
def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path, content: bytes) -> None:
    result = read(tmp_path, content)
    assert isinstance(result, Source)
    assert result.text == "archon 1\n# é\n"
    assert result.name == str(tmp_path / "one.archon")


def test_missing_file_names_the_folder_that_exists(tmp_path: Path) -> None:
    result = read_source(tmp_path / "no" / "such.archon")
    assert isinstance(result, Diagnostic)
    assert result.code == "A0001"
    assert f"`{tmp_path}` exists" in result.helps[0]


def test_folder_is_not_read(tmp_path: Path) -> None:
    result = read_source(tmp_path)
    assert isinstance(result, Diagnostic)
    assert result.code == "A0002"


@pytest.mark.parametrize("name", ["bad\0name", "x" * 5000])
def test_path_that_the_system_refuses_is_a_diagnostic(tmp_path: Path, name: str) -> None:
    result = read_source(tmp_path / name)
    assert isinstance(result, Diagnostic)
    assert result.code == "A0003"


@pytest.mark.parametrize("content", [b"", b"\n \t\r\n", b"\xef\xbb\xbf"])
def test_blank_file_is_empty(tmp_path: Path, content: bytes) -> None:
    found = failure(tmp_path, content)
    assert found.code == "A0004"
    assert found.helps == ("begin with the line `archon 1`",)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_bytes_that_are_not_utf8_are_shown_at_their_place(tmp_path: Path, mark: bytes) -> None:
    found = failure(tmp_path, mark + b"archon 1\r\n# caf\xe9 \xff\n")
    assert found.code == "A0005"
    offset = 15 + len(mark)
    assert f"byte 0xe9 at offset {offset}, on line 2" in found.message
    assert found.source.line_column(found.primary.span.start) == (2, 6)
    assert "2 | # caf\ufffd" in render_text(found)


def test_lone_carriage_return_is_shown_at_its_place(tmp_path: Path) -> None:
    found = failure(tmp_path, b"archon 1\r\n# a\rmodel\r\n")
    assert found.code == "A0006"
    assert "line 2" in found.message
    assert found.source.line_column(found.primary.span.start) == (2, 4)


def test_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    assert isinstance(read(tmp_path, b"#" * MAX_BYTES), Source)
    assert failure(tmp_path, b"#" * (MAX_BYTES + 1)).code == "A0007"


def test_file_without_a_place_is_shown_by_its_name() -> None:
    found = read_source(Path("no-such-folder") / "one.archon")
    assert isinstance(found, Diagnostic)
    assert render_text(found).splitlines()[:2] == [
        "error[A0001]: there is no file `no-such-folder/one.archon`",
        " --> no-such-folder/one.archon",
    ]
