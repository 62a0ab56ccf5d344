import sys

import pytest

from minimal_browser_core.chat.native import RustAIClient
from minimal_browser_core.errors import BackendError


def test_without_the_wheel_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    # None makes the import fail even if the module is installed.
    monkeypatch.setitem(sys.modules, "ai_rust_client", None)
    with pytest.raises(BackendError, match="rust-modules"):
        RustAIClient()
