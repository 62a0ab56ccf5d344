"""The release's checks, on copies of the real packages and against a real index on loopback."""

import functools
import http.server
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from release import bump

ROOT = Path(__file__).parents[2]
FOLDERS = ["packages/ai_rust_client", "packages/storage_rust", "packages/minimal_browser_core", "apps/browser"]


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The files that state a version, of all four packages."""
    root = tmp_path / "copy"
    for folder in FOLDERS:
        for name in ("pyproject.toml", "Cargo.toml", "Cargo.lock", "CHANGELOG.md"):
            if (ROOT / folder / name).exists():
                (root / folder).mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / folder / name, root / folder / name)
        for module in (ROOT / folder / "src").glob("*/__init__.py"):
            (root / folder / "src" / module.parent.name).mkdir(parents=True)
            shutil.copy(module, root / folder / "src" / module.parent.name)
    shutil.copy(ROOT / "pyproject.toml", root)
    shutil.copy(ROOT / "uv.lock", root)
    return root


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """A simple repository (PEP 503) with one release of minimal_browser_core, and the address that it has."""
    project = tmp_path / "index" / "minimal-browser-core"
    project.mkdir(parents=True)
    name = "minimal_browser_core-0.1.4-py3-none-any.whl"
    (project / "index.html").write_text(f'<a href="{name}">{name}</a>')
    handler = functools.partial(QuietHandler, directory=str(project.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def release(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts/packaging/release.py"), f"--root={root}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def set_changelog(root: Path, folder: str, text: str) -> None:
    (root / folder / "CHANGELOG.md").write_text(f"# Changelog\n\n{text}")


@pytest.mark.parametrize("package", ["ai_rust_client", "storage_rust"])
def test_a_wheel_whose_version_changelog_and_tag_agree_can_be_released(copy: Path, index: str, package: str) -> None:
    set_changelog(copy, f"packages/{package}", "## [Unreleased]\n\n## [0.1.0] - 2026-11-23\n\n- All.\n")
    done = release(copy, "check", f"{package}-v0.1.0", "--index", index)
    assert done.returncode == 0, done.stderr
    assert "agree" in done.stdout


def test_bump_writes_one_version_everywhere_and_dates_what_was_unreleased(copy: Path, index: str) -> None:
    set_changelog(copy, "packages/storage_rust", "## [Unreleased]\n\n- New.\n\n## [0.1.0] - 2026-01-01\n\n- All.\n")
    bump(copy, "storage_rust", "0.2.0", "2026-12-24")
    folder = copy / "packages" / "storage_rust"
    for name in ("pyproject.toml", "Cargo.toml", "Cargo.lock"):
        assert 'version = "0.2.0"' in (folder / name).read_text(), name
    assert (folder / "Cargo.lock").read_text().count('version = "0.2.0"\ndependencies') >= 1
    changelog = (folder / "CHANGELOG.md").read_text()
    assert re.search(r"## \[Unreleased\]\n\n## \[0\.2\.0\] - 2026-12-24\n\n- New\.", changelog)
    assert release(copy, "check", "storage_rust-v0.2.0", "--index", index).returncode == 0


def test_a_tag_that_disagrees_with_the_files_is_refused_naming_each(copy: Path, index: str) -> None:
    done = release(copy, "check", "storage_rust-v9.9.9", "--index", index)
    assert done.returncode == 1
    for name in ("pyproject.toml says 0.1.0", "Cargo.toml says 0.1.0", "Cargo.lock says 0.1.0", "no section for 9.9.9"):
        assert name in done.stderr


def test_a_changelog_without_a_date_stops_the_release(copy: Path, index: str) -> None:
    set_changelog(copy, "packages/storage_rust", "## [Unreleased]\n\n## [0.1.0]\n\n- All.\n")
    done = release(copy, "check", "storage_rust-v0.1.0", "--index", index)
    assert done.returncode == 1
    assert "has no date" in done.stderr


def test_nothing_is_released_before_what_it_requires(copy: Path, index: str) -> None:
    set_changelog(copy, "apps/browser", "## [Unreleased]\n\n## [0.1.0] - 2026-11-23\n\n- All.\n")
    done = release(copy, "check", "minimal-browser-v0.1.0", "--index", index)
    assert done.returncode == 1
    assert "release ai_rust_client first" in done.stderr
    assert "release storage_rust first" in done.stderr
    assert "release minimal_browser_core first" not in done.stderr, "0.1.4 is on the index"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "v0.1.0"], "not <package>-v<version>"),
        (["check", "storage_rust-vnext"], "not a version"),
        (["bump", "storage_rust", "0.0.9"], "older"),
        (["bump", "storage_rust", "01.0.0"], "write it as 1.0.0"),
        (["check", "minimal-browser-v0.1.0", "--index", "http://127.0.0.1:9"], "cannot be reached"),
    ],
)
def test_a_mistake_is_explained_in_a_sentence(copy: Path, index: str, arguments: list[str], said: str) -> None:
    set_changelog(copy, "packages/storage_rust", "## [Unreleased]\n\n- New.\n")
    if arguments[0] == "check" and "--index" not in arguments:
        arguments = [*arguments, "--index", index]
    done = release(copy, *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_bump_without_a_changelog_changes_no_file(copy: Path) -> None:
    set_changelog(copy, "packages/storage_rust", "## [Unreleased]\n\n## [0.1.0] - 2026-01-01\n\n- All.\n")
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    done = release(copy, "bump", "storage_rust", "0.2.0")
    assert done.returncode == 1
    assert "the section [Unreleased] is empty" in done.stderr
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before
