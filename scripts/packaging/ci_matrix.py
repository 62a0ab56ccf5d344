"""The jobs of CI, made from nox's sessions: `nox -l --json | ci_matrix.py` prints a GitHub matrix as JSON.

A session that tests a Python runs on every operating system with that Python. The browser, the crates and the wheels
run on every operating system too; all others run on one machine.
"""

import json
import sys
from typing import Any

RUNNERS = {
    "Linux x86_64": "ubuntu-24.04",
    "Linux aarch64": "ubuntu-24.04-arm",
    "macOS arm64": "macos-15",
    "macOS x86_64": "macos-15-intel",
    "Windows x64": "windows-2025",
    "Windows arm64": "windows-11-arm",
}
ONE_MACHINE = "Linux x86_64"
# Qt WebEngine has no wheels for these, so the browser itself cannot run there.
NO_BROWSER = {"Windows arm64"}


def jobs(sessions: list[dict[str, Any]]) -> list[dict[str, str]]:
    """A job for each session and each system that it runs on."""
    found = []
    for session in sessions:
        name, python = session["session"], session["python"] or ""
        everywhere = bool(python) or name.startswith(("app", "rust-", "wheels-"))
        for system in RUNNERS if everywhere else [ONE_MACHINE]:
            if name.startswith("app") and system in NO_BROWSER:
                continue
            found.append({"session": name, "python": python, "system": system, "runner": RUNNERS[system]})
    return found


if __name__ == "__main__":
    print(json.dumps({"include": jobs(json.load(sys.stdin))}))
