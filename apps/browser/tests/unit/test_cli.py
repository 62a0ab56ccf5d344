"""The program from outside: options, `--version`, and every way in which it cannot start."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, code: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, without display or keys; a variable set to "" is taken away."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "OPENROUTER_API_KEY", "OPENAI_API_KEY", "PROFILE", "MINIMAL_BROWSER_CONFIG")
    base = {name: value for name, value in os.environ.items() if name not in (*names, "QT_QPA_PLATFORM")}
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "minimal_browser", *arguments]
    return subprocess.run(command, env={**base, **environment}, capture_output=True, text=True, timeout=90, check=False)


def complaint(result: subprocess.CompletedProcess[str]) -> str:
    """Messages for a user who asked for something impossible."""
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    return result.stderr


def test_version_needs_no_display_and_says_what_was_selected_and_why() -> None:
    result = run("--version", "--ai-backend", "python")
    assert result.returncode == 0, result.stderr
    for name in ("minimal-browser 0.1.0", "minimal_browser_core", "Python", "Qt", "Chromium", "storage backend"):
        assert name in result.stdout
    assert "ai backend python 0.1.0 (requested by --ai-backend)" in result.stdout
    assert "offline, no model" in result.stdout


def test_version_never_shows_a_key() -> None:
    result = run("--version", OPENROUTER_API_KEY="sk-very-secret")
    assert "OpenRouter" in result.stdout
    assert "sk-very-secret" not in result.stdout + result.stderr


def test_without_a_display_it_says_so() -> None:
    message = complaint(run("--temp-profile"))
    assert "DISPLAY" in message
    assert "xvfb-run" in message


def test_a_display_that_does_not_answer_is_named() -> None:
    assert "DISPLAY=:4242" in complaint(run("--temp-profile", DISPLAY=":4242"))


def test_an_unknown_option_is_named() -> None:
    assert "--nonsense" in complaint(run("--nonsense"))


def test_a_backend_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    message = complaint(run("--ai-backend", "fortran"))
    assert "auto" in message
    assert "rust" in message


def test_two_kinds_of_profile_at_once_are_refused() -> None:
    assert "not allowed with" in complaint(run("--temp-profile", "--profile", "work"))


def test_settings_that_are_wrong_are_named_with_their_file(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text('[ui]\ntheme = "pink"\n')
    message = complaint(run("--config", str(settings), QT_QPA_PLATFORM="offscreen"))
    assert str(settings) in message
    assert "theme" in message


def test_a_binding_to_no_command_is_refused(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text('[keys.normal]\n"w" = "fly"\n')
    message = run("--temp-profile", "--config", str(settings), QT_QPA_PLATFORM="offscreen")
    assert message.returncode == 2
    assert "fly" in message.stderr
    assert str(settings) in message.stderr
    assert "Traceback" not in message.stderr


def test_a_settings_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "none.toml" in complaint(run("--config", str(tmp_path / "none.toml")))


@pytest.mark.parametrize("name", ["../evil", "a/b", ".."])
def test_a_profile_name_that_is_a_path_is_refused(name: str) -> None:
    assert "profile name" in complaint(run("--profile", name, QT_QPA_PLATFORM="offscreen"))


def test_a_profile_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    message = complaint(run("--profile-dir", str(tmp_path / "file" / "profile"), QT_QPA_PLATFORM="offscreen"))
    assert str(tmp_path / "file" / "profile") in message
    assert "--temp-profile" in message


def test_a_profile_in_use_is_named_with_its_process(tmp_path: Path) -> None:
    from PyQt6.QtCore import QLockFile

    lock = QLockFile(str(tmp_path / "lock"))
    assert lock.tryLock(0)
    message = complaint(run("--profile-dir", str(tmp_path), QT_QPA_PLATFORM="offscreen"))
    assert str(os.getpid()) in message
    assert "in use" in message
    lock.unlock()


def test_a_missing_system_library_is_named_with_its_package() -> None:
    code = """
import sys

class NoLibrary:
    def find_spec(self, name, path=None, target=None):
        if name == "PyQt6.QtCore":
            raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")

sys.meta_path.insert(0, NoLibrary())
from minimal_browser.__main__ import main
raise SystemExit(main(["--temp-profile"]))
"""
    message = complaint(run(code=code, QT_QPA_PLATFORM="offscreen"))
    assert "libEGL.so.1" in message
    assert "apt install libegl1" in message


def test_exit_after_load_ends_with_0_and_profile_writes_its_statistics(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<title>Page</title>hello")
    result = run(
        "--temp-profile", "--exit-after-load", str(page), code=f"""
import os, sys
os.chdir({str(tmp_path)!r})
from minimal_browser.__main__ import main
raise SystemExit(main(["--temp-profile", "--exit-after-load", {str(page)!r}]))
""", QT_QPA_PLATFORM="offscreen", PROFILE="1",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert (tmp_path / "profile.stats").stat().st_size > 0


def test_trace_startup_tells_time_and_memory_and_writes_a_trace(tmp_path: Path) -> None:
    page, trace = tmp_path / "page.html", tmp_path / "trace.json"
    page.write_text("<title>Page</title>hello")
    options = ("--temp-profile", "--exit-after-load", f"--trace-startup={trace}", str(page))
    result = run(*options, QT_QPA_PLATFORM="offscreen")
    assert result.returncode == 0, result.stderr
    times = {event["name"]: event["ts"] for event in json.loads(trace.read_text())["traceEvents"] if "ts" in event}
    assert 0 < times["importing Qt"] < times["first window"] < times["first contentful paint"]
    assert "first contentful paint" in result.stdout
    assert "memory of" in result.stdout


def test_a_trace_that_cannot_be_written_is_said_and_is_no_failure(tmp_path: Path) -> None:
    options = ("--temp-profile", "--exit-after-load", "--trace-startup", str(tmp_path / "none" / "trace.json"))
    result = run(*options, QT_QPA_PLATFORM="offscreen")
    assert result.returncode == 0, result.stderr
    assert "trace.json: the trace cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


def test_exit_after_load_ends_with_1_where_the_page_cannot_be_loaded(tmp_path: Path) -> None:
    result = run("-v", "--temp-profile", "--exit-after-load", str(tmp_path / "none.html"), QT_QPA_PLATFORM="offscreen")
    assert result.returncode == 1
    assert "none.html" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_temporary_profile_is_gone_afterwards(tmp_path: Path) -> None:
    result = run("--temp-profile", "--exit-after-load", QT_QPA_PLATFORM="offscreen", TMPDIR=str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert not list(tmp_path.glob("minimal-browser-*"))


def test_a_settings_file_is_written_once_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    result = run("--write-settings", "--config", str(path))
    assert (result.returncode, result.stdout) == (0, f"{path}\n"), result.stderr
    path.write_text("[ui]\n")
    assert str(path) in complaint(run("--write-settings", "--config", str(path)))
    assert path.read_text() == "[ui]\n"


WITH_SIGNALS = """
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the test runner may ignore them
signal.signal(signal.SIGINT, signal.default_int_handler)
from minimal_browser.__main__ import main
sys.exit(main(["--temp-profile", "--verbose"]))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_the_program_as_closing_its_window_does(tmp_path: Path, number: signal.Signals) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", WITH_SIGNALS], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr
            assert any("ready" in line for line in process.stderr)
            assert list(tmp_path.glob("minimal-browser-*"))
            process.send_signal(number)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == (0 if number is signal.SIGINT else 128 + number), said
    assert "Traceback" not in said
    assert not list(tmp_path.glob("minimal-browser-*"))


def test_an_invalid_address_behind_the_first_is_reported_and_nothing_hangs(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<title>Page</title>text")
    result = run("--temp-profile", "--exit-after-load", str(page), "http://[x", QT_QPA_PLATFORM="offscreen")
    assert result.returncode == 0, result.stderr
