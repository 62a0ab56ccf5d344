"""Without the native module the tests are skipped, with a reason; under REQUIRE_NATIVE=1 that is a failure."""

import os

try:
    import storage_rust  # noqa: F401
except ImportError as error:
    if os.environ.get("REQUIRE_NATIVE") == "1":
        raise
    _missing: ImportError | None = error
else:
    _missing = None

collect_ignore_glob = ["test_*.py"] if _missing else []


def pytest_report_header() -> str | None:
    return f"storage_rust: tests skipped, the native module is not built ({_missing})" if _missing else None
