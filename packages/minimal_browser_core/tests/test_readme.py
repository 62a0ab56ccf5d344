"""The README's examples run as they stand: in a fresh process, in an empty folder, without keys."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
PRINTS = ("built in 1868", "['Hel', 'lo']")


def test_there_is_an_output_to_expect_for_every_example() -> None:
    assert len(EXAMPLES) == len(PRINTS)


@pytest.mark.parametrize(("example", "prints"), list(zip(EXAMPLES, PRINTS, strict=False)))
def test_an_example_runs_and_prints_what_it_is_for(example: str, prints: str, tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", example], cwd=tmp_path, env=environ, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert prints in ran.stdout


def test_the_settings_command_writes_a_file(tmp_path: Path) -> None:
    (command,) = re.findall(r"python -c \"(.*?)\"\n", README.read_text(encoding="utf-8"))
    environ = {**os.environ, "MINIMAL_BROWSER_CONFIG": str(tmp_path / "config.toml")}
    subprocess.run([sys.executable, "-c", command], env=environ, check=True, capture_output=True)
    assert "[copilot.actions]" in (tmp_path / "config.toml").read_text(encoding="utf-8")
