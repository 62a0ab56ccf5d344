"""Skips the tests without the native module; with REQUIRE_NATIVE=1 that is a failure."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

try:
    import ai_rust_client  # noqa: F401
except ImportError as error:
    if os.environ.get("REQUIRE_NATIVE") == "1":
        raise
    _missing: ImportError | None = error
else:
    _missing = None
    from minimal_browser_core.testing.fake_server import FakeServer


class _Skipped(pytest.Item):
    def runtest(self) -> None:
        pytest.skip(f"ai_rust_client is not built: {_missing}")


class _SkippedModule(pytest.Module):
    """A test module that is not imported, as it would fail to."""

    def collect(self) -> Iterator[pytest.Item]:
        yield _Skipped.from_parent(self, name="native")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if _missing is None or not module_path.is_relative_to(Path(__file__).parent):
        return None
    return _SkippedModule.from_parent(parent, path=module_path)


@pytest.fixture
def server() -> Iterator["FakeServer"]:
    with FakeServer() as server:
        yield server


@pytest.fixture
def run_script() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run a script in a fresh interpreter, warnings being errors; its arguments are in sys.argv."""

    def run(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-W", "error", "-c", textwrap.dedent(script), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return run
