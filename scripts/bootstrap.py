"""Install what the browser and its tests need; run alone, it installs Qt's system libraries and Xvfb.

Standard library only. Every step first checks whether it is needed, so that a second run does nothing. Downloads come
from the registries that apt, pip, uv and cargo are configured for; no Python and no Rust toolchain is downloaded.
"""

from __future__ import annotations

import ctypes
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
UV_VERSION = "0.13.9"
MINIMUM_PYTHON = (3, 11)
NATIVE = ("ai_rust_client", "storage_rust")

# Loaded by its path, as nothing is installed yet.
SYSTEM_LIBRARIES = ROOT / "apps/browser/src/minimal_browser/startup/system_libraries.py"
TEST_PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool"}


class SetupError(Exception):
    """Something that the user has to do first; the message says what."""


class Steps:
    """Numbers the steps on standard output, to show the progress."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0

    def say(self, what: str) -> None:
        self.done += 1
        print(f"[{self.done}/{self.total}] {what}", flush=True)


def detail(text: str) -> None:
    """Print a line below the current step."""
    print(f"      {text}", flush=True)


def run(*command: str | Path, folder: Path = ROOT, quiet: bool = False) -> None:
    """Run a command; SetupError if it fails."""
    line = shlex.join(map(str, command))
    detail(f"$ {line}")
    output = subprocess.DEVNULL if quiet else None
    code = subprocess.run(command, cwd=folder, env=environment(), stdout=output, check=False).returncode
    if code:
        raise SetupError(f"`{line}` ended with exit code {code}; its own message is above.")


def answer(*command: str | Path) -> str:
    """What a command prints, or nothing if it cannot be run."""
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


def environment() -> dict[str, str]:
    """The environment of the commands: uv and maturin must not download interpreters or compilers."""
    return {
        **os.environ,
        "UV_PYTHON_DOWNLOADS": "never",
        "MATURIN_NO_INSTALL_RUST": "1",
        "UV_LINK_MODE": os.environ.get("UV_LINK_MODE", "copy"),
    }


def find_python() -> str:
    """A CPython >= 3.11 that runs: the one running this, or the first on PATH."""
    candidates = [sys.executable] + [shutil.which(f"python3{suffix}") for suffix in (".13", ".12", ".11", ".14", "")]
    probe = "import sys; print(sys.implementation.name, *sys.version_info[:2])"
    for path in filter(None, candidates):
        found = answer(path, "-c", probe).split()
        if len(found) == 3 and found[0] == "cpython" and tuple(map(int, found[1:])) >= MINIMUM_PYTHON:
            detail(f"{path} is CPython {found[1]}.{found[2]}")
            return path
    raise SetupError("no CPython 3.11 or newer on PATH. Install one (Debian: apt-get install python3) and try again.")


def apt_install(packages: Sequence[str], why: str) -> None:
    """Install Debian packages as root or through sudo; on other systems report what is missing."""
    names = " ".join(packages)
    apt = shutil.which("apt-get")
    if apt is None:
        raise SetupError(f"missing for {why} (Debian's names): {names}. Install them with your package manager.")
    prefix: list[str] = []
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if sudo is None:
            raise SetupError(f"packages are missing for {why}. As root, run: apt-get install {names}")
        prefix = [sudo]
    run(*prefix, apt, "-qq", "update")
    prefix += ["env", "DEBIAN_FRONTEND=noninteractive"]
    run(*prefix, apt, "-qq", "-o", "Dpkg::Use-Pty=0", "install", "-y", "--no-install-recommends", *packages, quiet=True)


def loads(soname: str) -> bool:
    """Whether the system has a shared library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def install_qt_libraries(programs: Sequence[str] = ()) -> None:
    """Install the missing ones of Qt's system libraries, a font and the named programs."""
    if not sys.platform.startswith("linux"):
        detail("not Linux: Qt brings all it needs")
        return
    packages = runpy.run_path(str(SYSTEM_LIBRARIES))["packages"]()
    missing = [package for soname, package in packages.items() if not loads(soname)]
    missing += [TEST_PROGRAMS[name] for name in programs if not shutil.which(name)]
    if not any(Path(folder).is_dir() for folder in ("/usr/share/fonts", "/usr/local/share/fonts")):
        missing.append("fonts-dejavu-core")
    if missing:
        apt_install(sorted(set(missing)), "Qt WebEngine")
    else:
        detail("all there")


def find_uv(python: str) -> str:
    """uv from PATH if it is new enough to read our lock file, else one of our own in .tools/."""
    own = TOOLS / "uv" / "bin" / "uv"
    for candidate in (shutil.which("uv"), str(own)):
        if candidate and version(answer(candidate, "--version")) >= (0, 9):
            detail(f"{candidate} is there")
            return candidate
    if "ready" not in answer(python, "-c", "import ensurepip, venv; print('ready')"):
        release = answer(python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
        apt_install([f"python{release}-venv"], "uv")
    run(python, "-m", "venv", "--clear", TOOLS / "uv")
    run(own.parent / "python", "-m", "pip", "install", "--quiet", f"uv=={UV_VERSION}")
    return str(own)


def version(text: str) -> tuple[int, int]:
    """The first MAJOR.MINOR in a text; (0, 0) if there is none."""
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def rust_problem() -> str | None:
    """Why the native wheels cannot be built here, in a sentence that says how; None when they can."""
    manifests = (ROOT / "packages" / name / "Cargo.toml" for name in NATIVE)
    needed = max(version(manifest.read_text().split("rust-version", 1)[1]) for manifest in manifests)
    wanted = ".".join(map(str, needed))
    how = f"Install Rust {wanted} or newer with rustup (https://rustup.rs), open a new shell and run this again."
    found = version(answer("cargo", "--version"))
    if found == (0, 0):
        return f"the native wheels need Rust, and no working cargo is on PATH. {how}"
    if found < needed:
        return f"the native wheels need Rust {wanted}, and cargo here is {'.'.join(map(str, found))}. {how}"
    if not any(map(shutil.which, ("cc", "gcc", "clang"))):
        return "the native wheels need a C compiler, and none is on PATH (Debian: apt-get install gcc libc6-dev)."
    return None


def main(action: Callable[[list[str]], None]) -> int:
    """Run `action(arguments)`; a SetupError becomes one sentence and exit code 2."""
    try:
        action(sys.argv[1:])
        return 0
    except SetupError as error:
        print(f"\n{Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ninterrupted; run the same command again to go on", file=sys.stderr)
        return 130


def become(*command: str) -> NoReturn:
    """Replace this process, in the root folder, so that signals and the exit code are the command's own."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(command[0], list(command), environment())


if __name__ == "__main__":
    sys.exit(main(lambda _: install_qt_libraries(programs=tuple(TEST_PROGRAMS))))
