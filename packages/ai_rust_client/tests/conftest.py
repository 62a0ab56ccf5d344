"""Without the native module the tests are skipped, with a reason; under REQUIRE_NATIVE=1 that is a failure."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator

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

collect_ignore_glob = ["test_*.py"] if _missing else []


def pytest_report_header() -> str | None:
    return f"ai_rust_client: tests skipped, the native module is not built ({_missing})" if _missing else None


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
