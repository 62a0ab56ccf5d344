"""The progress bar of the command line."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from minimal_browser_core.storage.transfer.progress_bar import ProgressBar

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")

ROWS = '{"prompt": "p", "response": "r"}\n'


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_shows_how_much_is_done_and_disappears(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("TERM", raising=False)
    with ProgressBar("working") as bar:
        bar.update(1, 2)
        assert bar.line(3.2) == "working [" + "#" * 15 + " " * 15 + "]  50% 3 s"
        bar.update(5, 2)
        assert "100%" in bar.line(4)
    assert "working [" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_without_a_total_a_mark_moves_inside_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    bar = ProgressBar("checking")
    lines = [bar.line(tenth / 10) for tenth in range(200)]
    assert all(line.count("#") == 1 and len(line.partition("]")[0]) == len("checking [") + 30 for line in lines)
    monkeypatch.setenv("COLUMNS", "20")
    assert len(bar.line(1)) < 20


@pytest.mark.parametrize("command", [["import", "rows.jsonl"], ["export", "out.jsonl"], ["backup", "b.db"], ["check"]])
def test_commands_show_it_on_a_terminal_only(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "rows.jsonl").write_text(ROWS * 100)
    arguments = [sys.executable, "-m", "minimal_browser_core.storage", "store.db"]
    subprocess.run([*arguments, "import", "rows.jsonl"], cwd=tmp_path, check=True, capture_output=True)
    plain = subprocess.run([*arguments, *command], cwd=tmp_path, check=True, capture_output=True)
    assert plain.stderr == b""
    for name in ("out.jsonl", "b.db"):
        (tmp_path / name).unlink(missing_ok=True)
    parent, child = pty.openpty()
    with subprocess.Popen(
        [*arguments, *command], cwd=tmp_path, stdout=subprocess.PIPE, stderr=child, env=os.environ | {"TERM": "xterm"}
    ) as process:
        output = process.communicate(timeout=60)[0]
    os.close(child)
    drawn = os.read(parent, 100_000)
    os.close(parent)
    assert process.returncode == 0
    assert b"[" in drawn
    assert drawn.endswith(b"\r\x1b[K")
    assert output == plain.stdout or b"taken" in output
