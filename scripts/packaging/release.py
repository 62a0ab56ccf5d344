"""Release one package: bump its version, and check that version, changelog, tag and index agree.

usage: release.py bump PACKAGE VERSION              edits the files of the package and uv.lock; commits nothing
       release.py check TAG [--index URL]           TAG is <package>-v<version>; exits with 1 if anything disagrees
       release.py rehearse PACKAGE VERSION         everything that the tag would start, in a copy; publishes nothing
       release.py notes TAG                         the changelog's section, for the release page

The index (PEP 503 or 691; default https://pypi.org/simple) is asked for what the package requires of its siblings:
nothing is released before what it needs is there.
"""

import argparse
import datetime
import json
import re
import subprocess
import sys
import tempfile
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

from local_index import local_index
from packaging.requirements import Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

FOLDERS = {
    "ai_rust_client": "packages/ai_rust_client",
    "storage_rust": "packages/storage_rust",
    "minimal_browser_core": "packages/minimal_browser_core",
    "minimal-browser": "apps/browser",
}
SIBLINGS = {canonicalize_name(name) for name in FOLDERS}
PYPI = "https://pypi.org/simple"


class ReleaseError(Exception):
    """Says what disagrees, where, and what to do."""


def version_lines(root: Path, package: str) -> dict[Path, re.Pattern[str]]:
    """Each file that states the package's version -> a pattern whose second group is the version."""
    folder = root / FOLDERS[package]
    lines = {folder / "pyproject.toml": r'^()version = "(.+?)"$'}
    if (folder / "Cargo.toml").exists():
        lines[folder / "Cargo.toml"] = r'^()version = "(.+?)"$'
        lines[folder / "Cargo.lock"] = rf'^(name = "{package}"\n)version = "(.+?)"$'
    else:
        lines[folder / "src" / package.replace("-", "_") / "__init__.py"] = r'^()__version__ = "(.+?)"$'
    return {path: re.compile(pattern, re.M) for path, pattern in lines.items()}


def stated_version(path: Path, pattern: re.Pattern[str]) -> str:
    """The version in a file; ReleaseError if there is none."""
    found = pattern.search(path.read_text())
    if not found:
        raise ReleaseError(f"{path}: no line states the version")
    return found[2]


def section(changelog: Path, version: str) -> tuple[str, str]:
    """The date (empty if there is none) and the text of a version's section."""
    pattern = rf"^## \[{re.escape(version)}\](?: - (\d{{4}}-\d\d-\d\d))?\n(.*?)(?=^## \[|\Z)"
    found = re.search(pattern, changelog.read_text(), re.M | re.S)
    if not found:
        raise ReleaseError(f"{changelog}: no section for {version}")
    return found[1] or "", found[2].strip()


def bump(root: Path, package: str, version: str, today: str) -> list[Path]:
    """Write the version and the changelog's date; returns the files. Nothing is written if anything is wrong."""
    changelog = root / FOLDERS[package] / "CHANGELOG.md"
    text = changelog.read_text()
    if f"## [{version}] - " in text:
        raise ReleaseError(f"{changelog}: {version} is already released there")
    if f"## [{version}]\n" in text:
        new = text.replace(f"## [{version}]\n", f"## [{version}] - {today}\n")
    elif section(changelog, "Unreleased")[1]:
        new = text.replace("## [Unreleased]\n", f"## [Unreleased]\n\n## [{version}] - {today}\n", 1)
    else:
        raise ReleaseError(f"{changelog}: the section [Unreleased] is empty; describe {version} there")
    edits = {changelog: new}
    for path, pattern in version_lines(root, package).items():
        old = stated_version(path, pattern)
        if Version(old) > Version(version):
            raise ReleaseError(f"{path}: {version} is older than {old}, which it already has")
        found = path.read_text()
        edits[path] = pattern.sub(lambda match, old=old: match[0].replace(f'"{old}"', f'"{version}"'), found, count=1)
    for path, content in edits.items():
        path.write_text(content)
    return list(edits)


def versions_on(index: str, name: str) -> set[Version]:
    """The versions of a project on a simple repository; empty if it does not have the project."""
    url = f"{index.rstrip('/')}/{canonicalize_name(name)}/"
    if not url.startswith(("https://", "http://")):
        raise ReleaseError(f"{index}: not the address of an index")
    accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept}), timeout=30) as answer:  # noqa: S310
            body, kind = answer.read().decode(), answer.headers.get_content_type()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return set()
        raise ReleaseError(f"{url}: {error}") from error
    except OSError as error:
        raise ReleaseError(f"{url}: cannot be reached ({error}); --index names another index") from error
    files = [file["filename"] for file in json.loads(body)["files"]] if kind.endswith("json") else []
    found = set()
    for file in files or re.findall(r">\s*([^<>\s]+\.(?:whl|tar\.gz))\s*<", body):
        try:
            found.add(parse_wheel_filename(file)[1] if file.endswith(".whl") else parse_sdist_filename(file)[1])
        except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
            continue  # an index may hold files that no installer takes
    return found


def sibling_requirements(root: Path, package: str) -> list[Requirement]:
    """What the package requires of its siblings."""
    project = tomllib.loads((root / FOLDERS[package] / "pyproject.toml").read_text())["project"]
    extras = project.get("optional-dependencies", {}).values()
    texts = [*project["dependencies"], *(text for extra in extras for text in extra)]
    return [found for found in map(Requirement, texts) if canonicalize_name(found.name) in SIBLINGS]


def check(root: Path, tag: str, index: str) -> list[str]:
    """The reasons why the tag cannot be released; empty if there are none."""
    package, version = parse_tag(tag)
    problems = []
    for path, pattern in version_lines(root, package).items():
        if (stated := stated_version(path, pattern)) != version:
            problems.append(f"{path.relative_to(root)} says {stated}, the tag says {version}")
    try:
        date, text = section(root / FOLDERS[package] / "CHANGELOG.md", version)
        if not date:
            problems.append(f"CHANGELOG.md: the section {version} has no date (## [{version}] - YYYY-MM-DD)")
        if not text:
            problems.append(f"CHANGELOG.md: the section {version} is empty")
    except ReleaseError as error:
        problems.append(str(error))
    for needed in sibling_requirements(root, package):
        offered = versions_on(index, needed.name)
        if not any(needed.specifier.contains(found) for found in offered):
            has = ", ".join(map(str, sorted(offered))) or "nothing"
            problems.append(f"{package} requires {needed}, and {index} has {has}: release {needed.name} first")
    return problems


def rehearse(root: Path, package: str, version: str, copy: Path) -> list[str]:
    """Do everything that the tag would start, in a copy of the last commit and with an index on loopback."""

    def run(*command: str) -> None:
        print("$", *command, flush=True)
        subprocess.run(command, cwd=copy, check=True)

    subprocess.run(["git", "clone", "--quiet", "--local", str(root), str(copy)], check=True)
    bump(copy, package, version, "2000-01-01")
    run("uv", "lock", "--offline", "--quiet")
    run("git", "diff", "--stat")
    siblings, own = copy / "dist" / "siblings", copy / "dist" / "own"
    siblings.mkdir(parents=True)
    run("uv", "build", "--offline", "--quiet", f"--package={package}", f"--out-dir={own}")
    for needed in {requirement.name for requirement in sibling_requirements(copy, package)}:
        run("uv", "build", "--offline", "--quiet", f"--package={needed}", f"--out-dir={siblings}")
    built = sorted(path for path in own.iterdir() if path.suffix in (".whl", ".gz"))  # uv adds a .gitignore
    run(sys.executable, "-m", "twine", "check", "--strict", *map(str, built))
    with local_index(siblings) as index:
        return check(copy, f"{package}-v{version}", index)


def parse_tag(tag: str) -> tuple[str, str]:
    """The package and the version of a tag; ReleaseError for a wrong one."""
    package, separator, version = tag.rpartition("-v")
    if not separator or package not in FOLDERS:
        raise ReleaseError(f"{tag}: not <package>-v<version> with one of {', '.join(FOLDERS)}")
    return package, canonical(version)


def canonical(version: str) -> str:
    """The version itself; ReleaseError unless it is in the normal form of PEP 440."""
    try:
        if str(Version(version)) == version:
            return version
    except InvalidVersion:
        raise ReleaseError(f"{version}: not a version (PEP 440)") from None
    raise ReleaseError(f"{version}: write it as {Version(version)}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2], help=argparse.SUPPRESS)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("bump", "rehearse"):
        bumping = verbs.add_parser(verb)
        bumping.add_argument("package", choices=FOLDERS)
        bumping.add_argument("version")
    checking = verbs.add_parser("check")
    checking.add_argument("tag")
    checking.add_argument("--index", default=PYPI)
    verbs.add_parser("notes").add_argument("tag")
    arguments = parser.parse_args()
    try:
        run(arguments)
    except ReleaseError as error:
        sys.exit(f"release.py: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"release.py: `{' '.join(error.cmd)}` ended with exit code {error.returncode}")


def run(arguments: argparse.Namespace) -> None:
    """Run one verb of the command line."""
    root: Path = arguments.root
    if arguments.verb == "bump":
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        changed = bump(root, arguments.package, canonical(arguments.version), today)
        subprocess.run(["uv", "lock", "--quiet"], cwd=root, check=True)
        names = " ".join(str(path.relative_to(root)) for path in [*changed, root / "uv.lock"])
        print(f"changed: {names}\nthen: git commit, and git tag {arguments.package}-v{arguments.version}")
    elif arguments.verb == "notes":
        package, version = parse_tag(arguments.tag)
        print(section(root / FOLDERS[package] / "CHANGELOG.md", version)[1])
    elif arguments.verb == "rehearse":
        with tempfile.TemporaryDirectory() as folder:
            problems = rehearse(root, arguments.package, canonical(arguments.version), Path(folder) / "copy")
        report(f"{arguments.package} {arguments.version}", problems, "could be released; nothing was changed")
    else:
        problems = check(root, arguments.tag, arguments.index)
        report(arguments.tag, problems, "version, changelog, tag and index agree")


def report(what: str, problems: list[str], otherwise: str) -> None:
    """Exit with 1 if there are problems."""
    if problems:
        sys.exit("\n".join([f"{what} cannot be released:", *(f"- {problem}" for problem in problems)]))
    print(f"{what}: {otherwise}")


if __name__ == "__main__":
    main()
