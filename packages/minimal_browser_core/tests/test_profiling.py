import os
import pstats
import subprocess
import sys
from pathlib import Path

import pytest

from minimal_browser_core.profiling import Profiler


def work() -> int:
    return sum(range(1_000))


def test_a_block_is_profiled_and_saved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "profile.stats"
    with Profiler(True, output_file=path):
        work()
    assert capsys.readouterr().out == f"Profile saved to {path}\n"
    assert any(name == "work" for _, _, name in pstats.Stats(str(path)).stats)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("value", "enabled"),
    [("1", True), ("yes", True), ("0", False), ("", False), ("false", False), ("No", False), (None, False)],
)
def test_the_environment_switches_it_on(value: str | None, enabled: bool) -> None:
    assert Profiler(environ={} if value is None else {"PROFILE": value}).enabled is enabled


def test_an_argument_overrides_the_environment() -> None:
    assert Profiler(False, environ={"PROFILE": "1"}).enabled is False
    assert Profiler(True, environ={"PROFILE": "0"}).enabled is True


def test_a_disabled_profiler_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Profiler(False, output_file=tmp_path / "p"):
        work()
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr().out == ""


def test_stopping_without_a_start_or_twice_saves_nothing_more(tmp_path: Path) -> None:
    profiler = Profiler(True)
    assert profiler.stop(tmp_path / "a") is None
    profiler.start()
    profiler.start()
    assert profiler.stop(tmp_path / "b") == tmp_path / "b"
    assert profiler.stop(tmp_path / "c") is None
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_profile_that_cannot_be_saved_does_not_end_the_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profiler = Profiler(True, output_file=tmp_path / "missing" / "p")
    profiler.start()
    assert profiler.stop() is None
    assert "cannot be saved" in capsys.readouterr().err


def test_a_block_that_fails_is_saved_too(tmp_path: Path) -> None:
    with pytest.raises(KeyError), Profiler(True, output_file=tmp_path / "p"):
        raise KeyError
    assert (tmp_path / "p").exists()


def test_the_file_is_read_by_pstats_as_the_documents_say(tmp_path: Path) -> None:
    code = "from minimal_browser_core.profiling import Profiler\np = Profiler()\np.start()\nsorted([3, 1])\np.stop()"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PROFILE": "1"}, check=True)
    shown = subprocess.run(
        [sys.executable, "-m", "pstats", "profile.stats"],
        input="sort cumulative\nstats 20\n",
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "sorted" in shown.stdout
