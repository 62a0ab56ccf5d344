"""Core can be installed alone, so it ships its own copies of what it shares with `storage_rust`: they are equal."""

from pathlib import Path

import pytest

from minimal_browser_core.fallback.sqlite import owners

OURS = Path(owners.__file__).parent
WHEEL = next(
    (folder / "storage_rust" for folder in Path(__file__).parents if (folder / "storage_rust" / "sql").is_dir()), None
)

pytestmark = pytest.mark.skipif(WHEEL is None, reason="the sources of storage_rust are not beside those of core")


def test_both_run_the_same_sql() -> None:
    assert WHEEL is not None
    copies = {file.name: file.read_bytes() for file in (OURS / "sql").glob("*.sql")}
    assert copies == {file.name: file.read_bytes() for file in (WHEEL / "sql").glob("*.sql")}
    assert len(copies) == 9


def test_both_keep_the_same_register_of_open_files() -> None:
    assert WHEEL is not None
    ours = (OURS / "owners.py").read_text(encoding="utf-8")
    theirs = (WHEEL / "python" / "storage_rust" / "_owners.py").read_text(encoding="utf-8")
    assert theirs == ours.replace("from minimal_browser_core.errors import", "from ._errors import")


def test_both_read_and_write_the_same_formats() -> None:
    assert WHEEL is not None
    ours, theirs = OURS.parent / "transfer", WHEEL / "python" / "storage_rust" / "_transfer"
    copies = {file.name: file.read_bytes() for file in ours.glob("*.py")}
    host = copies.pop("_host.py")
    others = {file.name: file.read_bytes() for file in theirs.glob("*.py")}
    assert others.pop("_host.py") != host
    assert copies == others
    assert len(copies) > 5
