"""Check the built wheels and sdists: size, licences, list of parts, paths, platform, ABI.

usage: check_wheels.py DIST

Ends with 1 and a line for each fault. Needs twine, check-wheel-contents, abi3audit and auditwheel.
"""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUDGETS = {"ai_rust_client": 5.0, "storage_rust": 4.0, "minimal_browser_core": 1.0, "minimal_browser": 1.0}  # MB
NATIVE = ("ai_rust_client", "storage_rust")
LICENCES = {"minimal_browser": ["LICENSE"]}
TWO_LICENCES = ["LICENSE-APACHE", "LICENSE-MIT"]


def faults_of_wheel(path: Path) -> Iterator[str]:
    """What is wrong with the contents and the size of a wheel."""
    name = path.name.split("-")[0]
    size = path.stat().st_size / 1e6
    if size > BUDGETS[name]:
        yield f"{size:.2f} MB, but the budget is {BUDGETS[name]} MB"
    with zipfile.ZipFile(path) as wheel:
        members = wheel.namelist()
        for licence in LICENCES.get(name, TWO_LICENCES):
            if not any(member.endswith(f".dist-info/licenses/{licence}") for member in members):
                yield f"{licence} is missing"
        if not any(member.endswith("py.typed") for member in members) and name != "minimal_browser":
            yield "py.typed is missing"
        for member in members:
            content = wheel.read(member)
            for place in places_of_this_machine():
                if place.encode() in content:
                    yield f"{member} names a folder of the machine that built it: {place}"
        if name in NATIVE:
            yield from faults_of_parts([wheel.read(member) for member in members if "/sboms/" in member])


def faults_of_parts(lists: list[bytes]) -> Iterator[str]:
    """The list of parts (PEP 770): CycloneDX, and not empty."""
    if not lists:
        yield "the list of parts (SBOM) is missing"
    for text in lists:
        parts = json.loads(text)
        if parts.get("bomFormat") != "CycloneDX" or not parts.get("components"):
            yield "its list of parts is empty or not CycloneDX"


def places_of_this_machine() -> set[str]:
    """Folders that must not be named in a binary."""
    home = Path.home()
    cargo, rustup = os.environ.get("CARGO_HOME", home / ".cargo"), os.environ.get("RUSTUP_HOME", home / ".rustup")
    return {f"{place}/" for place in (home, cargo, rustup, ROOT)}


def faults_of_sdist(path: Path) -> Iterator[str]:
    """What is missing in a source distribution."""
    name = path.name.split("-")[0]
    with tarfile.open(path) as sdist:
        members = {member.split("/", 1)[1] for member in sdist.getnames() if "/" in member}
    wanted = ["PKG-INFO", "pyproject.toml", "README.md", *LICENCES.get(name, TWO_LICENCES)]
    if name in NATIVE:
        wanted += ["Cargo.lock", "Cargo.toml"]
    yield from (f"{file} is missing" for file in wanted if file not in members)


def tools(wheels: list[Path], sdists: list[Path]) -> Iterator[str]:
    """What the packagers' own tools find."""
    native = [wheel for wheel in wheels if wheel.name.split("-")[0] in NATIVE]
    commands = [["twine", "check", "--strict", *map(str, [*wheels, *sdists])]]
    commands += [["check-wheel-contents", *map(str, wheels)]]
    commands += [["abi3audit", "--strict", str(wheel)] for wheel in native if "-abi3-" in wheel.name]
    commands += [["auditwheel", "show", str(wheel)] for wheel in native if "linux" in wheel.name]
    for command in commands:
        print("$", *command, flush=True)
        if subprocess.run(command, check=False).returncode:
            yield f"{command[0]} found a fault: {Path(command[-1]).name}"


def main() -> None:
    """The command line."""
    dist = Path(sys.argv[1])
    wheels, sdists = sorted(dist.glob("*.whl")), sorted(dist.glob("*.tar.gz"))
    if not wheels:
        sys.exit(f"{dist}: no wheels; build them first with: scripts/nox -t wheels")
    faults = [f"{wheel.name}: {fault}" for wheel in wheels for fault in faults_of_wheel(wheel)]
    faults += [f"{sdist.name}: {fault}" for sdist in sdists for fault in faults_of_sdist(sdist)]
    faults += tools(wheels, sdists)
    if faults:
        sys.exit("\n".join(["", *faults]))
    print(f"{len(wheels)} wheels and {len(sdists)} sdists: no faults")


if __name__ == "__main__":
    main()
