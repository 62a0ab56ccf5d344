"""Names of downloaded files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.features.downloads.names import MAX_BYTES, free_name, safe_name


@pytest.mark.parametrize(
    ("suggested", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        (".bashrc", "bashrc"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\nb\0c.txt", "abc.txt"),
        ("CON", "download-CON"),
        ("aux.txt", "download-aux.txt"),
        ("", "download"),
        ("...", "download"),
        ("what?.txt", "what_.txt"),
    ],
)
def test_a_suggested_name_loses_what_could_do_harm(suggested: str, name: str) -> None:
    assert safe_name(suggested) == name


@given(st.text())
def test_every_name_is_one_plain_name(suggested: str) -> None:
    name = safe_name(suggested)
    assert name
    assert not name.startswith(".")
    assert Path(name).name == name
    assert len(name.encode()) <= MAX_BYTES


@pytest.mark.parametrize("character", ["x", "é", "報", "😀"])
def test_the_ending_of_a_long_name_stays(character: str, tmp_path: Path) -> None:
    name = safe_name(character * 1000 + ".tar")
    assert name.endswith(".tar")
    assert MAX_BYTES - 4 < len(name.encode()) <= MAX_BYTES
    (tmp_path / name).write_text("")
    (tmp_path / free_name(tmp_path, name)).write_text("")


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "a (2).txt").write_text("")
    assert free_name(tmp_path, "a.txt") == "a (3).txt"


def test_a_dangling_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "elsewhere")
    assert free_name(tmp_path, "a.txt") == "a (2).txt"


def test_downloads_at_the_same_time_get_different_names(tmp_path: Path) -> None:
    taken: set[Path] = set()
    for _ in range(3):
        taken.add(tmp_path / free_name(tmp_path, "a.txt", taken))
    assert sorted(path.name for path in taken) == ["a (2).txt", "a (3).txt", "a.txt"]
