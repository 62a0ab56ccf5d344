"""Build the browser as one folder that needs no Python, start it, and print its size.

usage: bundle.py FOLDER [--native]

Makes FOLDER/minimal-browser.AppDir (the folder, with the AppRun, desktop file and icon that an AppImage has) and
FOLDER/minimal-browser-<version>-<machine>.tar.xz of it. Linux; PyInstaller and the packages must be installed. The
languages of Chromium's own texts are BUNDLE_LANGUAGES, a list with commas.
"""

import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path

BUNDLE = Path(__file__).resolve().parents[2] / "apps" / "browser" / "bundle"
# Libraries of the system that it runs on: glibc, and those that talk to the graphics driver and the window system.
HOST = {"libGL.so.1", "libEGL.so.1", "libdrm.so.2", "libxcb.so.1", "libxcb-dri3.so.0", "libwayland-client.so.0",
        "libwayland-cursor.so.0", "libwayland-egl.so.1", "libwayland-server.so.0"}  # fmt: skip
GLIBC = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libresolv.so.2", "libutil.so.1"}
APPRUN = '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/usr/minimal-browser" "$@"\n'


def build(folder: Path, native: bool) -> Path:
    """Build the folder with PyInstaller and return it."""
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level=ERROR"]
        command += [f"--distpath={work}/dist", f"--workpath={work}/build", str(BUNDLE / "minimal-browser.spec")]
        subprocess.run(command, check=True, env={**os.environ, "BUNDLE_NATIVE": "1" if native else "0"})
        app = folder / "minimal-browser.AppDir"
        shutil.rmtree(app, ignore_errors=True)
        app.mkdir(parents=True)
        shutil.move(f"{work}/dist/minimal-browser", app / "usr")
    for name in ("minimal-browser.desktop", "minimal-browser.svg"):
        shutil.copy(BUNDLE / name, app)
    (app / "AppRun").write_text(APPRUN)
    (app / "AppRun").chmod(0o755)
    return app


def check_libraries(app: Path) -> None:
    """Exit with an error if the folder needs a library that is not in it, except for HOST and glibc. Needs objdump."""
    files = [file for file in app.rglob("*") if file.is_file() and not file.is_symlink()]
    programs = [str(file) for file in files if file.open("rb").read(4) == b"\x7fELF"]
    said = subprocess.run(["objdump", "-p", *programs], check=True, capture_output=True, text=True).stdout
    needed = {line.split()[1] for line in said.splitlines() if line.lstrip().startswith("NEEDED ")}
    needed -= GLIBC | {file.name for file in app.rglob("*")}
    foreign = {name for name in needed - HOST if not name.startswith("ld-linux")}
    if foreign:
        sys.exit(f"the bundle needs libraries that are not in it: {', '.join(sorted(foreign))}")
    print("system libraries that it needs, besides glibc:", *sorted(needed & HOST))


def try_out(app: Path, native: bool) -> None:
    """Start it with an empty environment and an empty home, so that it cannot use what is installed here."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"}

        def said(*arguments: str) -> str:
            command = [str(app / "AppRun"), *arguments]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
            if done.returncode or "Traceback" in done.stderr:
                sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
            return done.stdout

        versions = said("--version")
        print(versions, end="")
        backend = "rust" if native else "python"
        if versions.count(f"backend {backend} ") != 2:
            sys.exit(f"the bundle does not run on the backend {backend}")
        page = Path(home) / "page.html"
        page.write_text("<title>Page</title><p>Some text.")
        for address in ("mb://start", str(page)):
            said("--temp-profile", "--exit-after-load", address)


def size(path: Path) -> float:
    """The size in MB; the target of a link counts once."""
    return sum(file.lstat().st_size for file in path.rglob("*") if not file.is_dir()) / 1e6


def pack(app: Path) -> Path:
    """Pack the folder into an archive and return it."""
    name = f"minimal-browser-{version('minimal-browser')}-{platform.machine()}"
    packed = app.parent / f"{name}.tar.xz"
    with tarfile.open(packed, "w:xz", preset=6) as archive:
        archive.add(app, arcname=name)
    return packed


def main() -> None:
    """The command line."""
    folder, native = Path(sys.argv[1]), "--native" in sys.argv[2:]
    app = build(folder, native)
    check_libraries(app)
    try_out(app, native)
    packed = pack(app)
    print(f"{app}: {size(app):.0f} MB; {packed.name}: {packed.stat().st_size / 1e6:.0f} MB")
    print("before the project it was 285 MB; the target is 250 MB")
    for part in sorted((app / "usr").rglob("*"), key=lambda file: -file.lstat().st_size)[:5]:
        print(f"  {part.lstat().st_size / 1e6:6.1f} MB  {part.name}")


if __name__ == "__main__":
    main()
