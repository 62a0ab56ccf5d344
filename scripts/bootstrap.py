"""Bring a machine to the point where the browser can start or the tests can run.

Standard library only. Every step first looks whether it is needed, so that a second run does nothing. What is fetched
comes from the registries that apt, pip, uv and cargo are set up for; no Python and no Rust toolchain is downloaded.
"""

import ctypes
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
UV_VERSION = "0.13.9"
MINIMUM_PYTHON = (3, 11)
NATIVE = ("ai_rust_client", "storage_rust")

# soname that Qt WebEngine needs -> Debian package that holds it (several where releases differ; the first that exists)
QT_LIBRARIES = {
    "libEGL.so.1": ["libegl1"],
    "libGL.so.1": ["libgl1"],
    "libOpenGL.so.0": ["libopengl0"],
    "libX11-xcb.so.1": ["libx11-xcb1"],
    "libXcomposite.so.1": ["libxcomposite1"],
    "libXdamage.so.1": ["libxdamage1"],
    "libXrandr.so.2": ["libxrandr2"],
    "libXtst.so.6": ["libxtst6"],
    "libasound.so.2": ["libasound2t64", "libasound2"],
    "libdbus-1.so.3": ["libdbus-1-3"],
    "libdrm.so.2": ["libdrm2"],
    "libfontconfig.so.1": ["libfontconfig1"],
    "libfreetype.so.6": ["libfreetype6"],
    "libgbm.so.1": ["libgbm1"],
    "libglib-2.0.so.0": ["libglib2.0-0t64", "libglib2.0-0"],
    "libgssapi_krb5.so.2": ["libgssapi-krb5-2"],
    "libnss3.so": ["libnss3"],
    "libxcb-cursor.so.0": ["libxcb-cursor0"],
    "libxcb-icccm.so.4": ["libxcb-icccm4"],
    "libxcb-image.so.0": ["libxcb-image0"],
    "libxcb-keysyms.so.1": ["libxcb-keysyms1"],
    "libxcb-randr.so.0": ["libxcb-randr0"],
    "libxcb-render-util.so.0": ["libxcb-render-util0"],
    "libxcb-shape.so.0": ["libxcb-shape0"],
    "libxcb-xinerama.so.0": ["libxcb-xinerama0"],
    "libxcb-xkb.so.1": ["libxcb-xkb1"],
    "libxkbcommon-x11.so.0": ["libxkbcommon-x11-0"],
    "libxkbfile.so.1": ["libxkbfile1"],
}
TEST_PROGRAMS = {"Xvfb": ["xvfb"], "xdotool": ["xdotool"]}


class SetupError(Exception):
    """Something a person has to do first; the message says what."""


class Steps:
    """Numbers the steps on standard output, so that one sees how far it is."""

    def __init__(self, total):
        self.total, self.done = total, 0

    def say(self, what):
        self.done += 1
        print(f"[{self.done}/{self.total}] {what}", flush=True)


def detail(text):
    print(f"      {text}", flush=True)


def run(*command, **kwargs):
    command = [str(part) for part in command]
    detail("$ " + " ".join(shlex.quote(part) for part in command))
    sys.stdout.flush()
    code = subprocess.run(command, cwd=ROOT, env=environment(), **kwargs).returncode
    if code:
        raise SetupError(f"`{' '.join(command)}` ended with exit code {code}; its own message stands above.")


def environment():
    return {
        **os.environ,
        "UV_PYTHON_DOWNLOADS": "never",
        "MATURIN_NO_INSTALL_RUST": "1",
        "UV_LINK_MODE": os.environ.get("UV_LINK_MODE", "copy"),
    }


def find_python():
    """The newest-listed CPython >= 3.11 on PATH that really runs; the one running this comes first."""
    candidates = [sys.executable] + [shutil.which(f"python3{suffix}") for suffix in ("", ".13", ".12", ".11", ".14")]
    probe = "import sys; print(sys.implementation.name, *sys.version_info[:2])"
    for path in filter(None, candidates):
        answer = subprocess.run([path, "-c", probe], capture_output=True, text=True).stdout.split()
        if len(answer) == 3 and answer[0] == "cpython" and tuple(map(int, answer[1:])) >= MINIMUM_PYTHON:
            detail(f"{path} is CPython {answer[1]}.{answer[2]}")
            return path
    raise SetupError("No CPython 3.11 or newer was found on PATH. Install one (Debian: apt-get install python3) and try again.")


def apt_install(packages, why):
    """Install Debian packages, as root or through sudo; elsewhere say what is missing."""
    if not packages:
        return
    apt = shutil.which("apt-get")
    if apt is None:
        raise SetupError(f"Missing: {', '.join(packages)} ({why}; Debian's names). Install them with your system's package manager.")
    prefix = []
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if sudo is None:
            raise SetupError(f"Root is needed ({why}). Run: su -c 'apt-get install {' '.join(packages)}'")
        prefix = [sudo]
    run(*prefix, apt, "-qq", "update")
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
    run(*prefix, *quiet, apt, "-qq", "-o", "Dpkg::Use-Pty=0", "install", "-y", "--no-install-recommends", *packages, stdout=subprocess.DEVNULL)


def known_to_apt(package):
    answer = subprocess.run(["apt-cache", "show", "--no-all-versions", package], capture_output=True, text=True)
    return answer.returncode == 0 and answer.stdout.startswith("Package:")


def first_known(alternatives):
    if len(alternatives) == 1 or not shutil.which("apt-cache"):
        return alternatives[-1]
    return next((name for name in alternatives if known_to_apt(name)), alternatives[-1])


def loads(soname):
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def install_qt_libraries(programs=()):
    """Qt's system libraries, a font, and the programs named, as far as they are missing."""
    if not sys.platform.startswith("linux"):
        detail("not Linux: Qt brings all it needs")
        return
    missing = [names for soname, names in QT_LIBRARIES.items() if not loads(soname)]
    missing += [TEST_PROGRAMS[name] for name in programs if not shutil.which(name)]
    if not any(Path(folder).is_dir() for folder in ("/usr/share/fonts", "/usr/local/share/fonts")):
        missing.append(["fonts-dejavu-core"])
    if missing:
        apt_install(sorted({first_known(names) for names in missing}), "Qt WebEngine and its tests" if programs else "Qt WebEngine")
    else:
        detail("all there")


def find_uv(python):
    """uv from PATH if it is new enough to read our lock file, else one of our own in .tools/."""
    own = TOOLS / "uv" / "bin" / "uv"
    for candidate in (shutil.which("uv"), own if own.exists() else None):
        if candidate and uv_version(candidate) >= (0, 9):
            detail(f"{candidate} is there")
            return str(candidate)
    if subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True).returncode:
        version = subprocess.run([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True)
        apt_install([f"python{version.stdout.strip()}-venv"], "to install uv")
    run(python, "-m", "venv", "--clear", TOOLS / "uv")
    run(own.parent / "python", "-m", "pip", "install", "--quiet", f"uv=={UV_VERSION}")
    return str(own)


def uv_version(path):
    answer = subprocess.run([str(path), "--version"], capture_output=True, text=True).stdout
    found = re.search(r"(\d+)\.(\d+)", answer)
    return tuple(map(int, found.groups())) if found else (0, 0)


def rust_problem():
    """Why the native wheels cannot be built here, in a sentence that says how; None when they can."""
    needed = max(_rust_version(ROOT / "packages" / name / "Cargo.toml") for name in NATIVE)
    wanted = ".".join(map(str, needed))
    how = f"Install Rust {wanted} or newer with rustup (https://rustup.rs), open a new shell and run this again."
    cargo = shutil.which("cargo")
    answer = subprocess.run([cargo, "--version"], capture_output=True, text=True, cwd=ROOT).stdout if cargo else ""
    found = re.search(r"(\d+)\.(\d+)", answer)
    if not found:
        return f"The native wheels need Rust, and no working cargo is on PATH. {how}"
    if tuple(map(int, found.groups())) < needed:
        return f"The native wheels need Rust {wanted}, but cargo here is {found.group()}. {how}"
    if not any(map(shutil.which, ("cc", "gcc", "clang"))):
        return "The native wheels need a C compiler and none is on PATH. Install one (Debian: apt-get install gcc libc6-dev)."
    return None


def _rust_version(manifest):
    return tuple(map(int, re.search(r'^rust-version *= *"(\d+)\.(\d+)', manifest.read_text(), re.M).groups()))


def main(action):
    """Run `action(arguments)`; a SetupError becomes one sentence and exit code 2."""
    try:
        return action(sys.argv[1:])
    except SetupError as error:
        print(f"\n{Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ninterrupted; run the same command again to go on", file=sys.stderr)
        return 130
