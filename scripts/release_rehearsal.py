"""Rehearse a release without publishing: everything that the tag would do, in a copy of the last commit.

usage: release_rehearsal.py PACKAGE VERSION

Bumps the version there, builds the package and the siblings that it requires, puts these on an index on loopback, and
checks tag, changelog, version, order and what twine says of the files. Nothing outside of the copy changes.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from local_index import local_index
from release import ReleaseError, bump, canonical, check, sibling_requirements

ROOT = Path(__file__).resolve().parent.parent


def rehearse(package: str, version: str, copy: Path) -> list[str]:
    def run(*command: str) -> None:
        print("$", *command, flush=True)
        subprocess.run(command, cwd=copy, check=True)

    subprocess.run(["git", "clone", "--quiet", "--local", str(ROOT), str(copy)], check=True)
    bump(copy, package, canonical(version), "2000-01-01")
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


def main() -> None:
    package, version = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        try:
            problems = rehearse(package, version, Path(folder) / "copy")
        except ReleaseError as error:
            sys.exit(f"{package} {version}: {error}")
        except subprocess.CalledProcessError as error:
            sys.exit(f"{package} {version}: `{' '.join(error.cmd)}` ended with exit code {error.returncode}")
    if problems:
        sys.exit("\n".join([f"{package} {version} cannot be released:", *(f"- {problem}" for problem in problems)]))
    print(f"{package} {version}: could be released; nothing was changed")


if __name__ == "__main__":
    main()
