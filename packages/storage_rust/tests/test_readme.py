"""The example of the README runs as it stands: in a fresh process, in an empty folder."""

import re
import subprocess
import sys
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_example_finds_what_it_is_meant_to_show(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-X", "utf8", "-c", example],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert [line.partition(" '")[0] for line in lines] == [
        "c++: #1",
        "destruct*: #1",
        "garbage tag:languages: #2",
        "天気: #3",
    ]
    assert lines[0].endswith("['C++']")
    assert (tmp_path / "conversations.db").exists()
