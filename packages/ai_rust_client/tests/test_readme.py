"""The examples of the README run unchanged."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from minimal_browser_core.testing.fake_server import Answer, FakeServer

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 1


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs(server: FakeServer, example: str) -> None:
    server.default = Answer(("Because ", "of ", "Rayleigh."))
    environment = {**os.environ, "AI_BASE_URL": server.base_url}
    command = [sys.executable, "-W", "error", "-c", example]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert (run.returncode, run.stderr) == (0, "")
    assert "Rayleigh." in run.stdout
