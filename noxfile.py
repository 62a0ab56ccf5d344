"""All checks: `scripts/nox -l` lists them, `scripts/nox` runs the defaults.

Sessions that need Rust fail when cargo is missing and REQUIRE_NATIVE=1, and are skipped, saying so, otherwise.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nox

ROOT = Path(__file__).parent
NATIVE = ["ai_rust_client", "storage_rust"]
PACKAGES = [*NATIVE, "minimal_browser_core"]
MEMBERS = [*PACKAGES, "minimal-browser"]
PYTHONS = ["3.11", "3.12", "3.13", "3.14", "3.14t", "3.15"]
FREE_THREADED = "python3.14t"
DIST = ROOT / "dist"

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv"
nox.options.error_on_missing_interpreters = False

os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")
os.environ.setdefault("MATURIN_NO_INSTALL_RUST", "1")


def each(members: Sequence[str], prefix: str, **options: Any) -> Callable[..., None]:
    """Register one session per member, called `<prefix>-<member>`; `-t <prefix>` runs them all."""

    def register(check: Callable[[nox.Session, str], None]) -> None:
        for member in members:

            def session(session: nox.Session, member: str = member) -> None:
                check(session, member)

            session.__doc__ = check.__doc__
            nox.session(session, name=f"{prefix}-{member}", tags=[prefix], **options)

    return register


def folder(member: str) -> str:
    """The folder of a workspace member."""
    return "apps/browser" if member == "minimal-browser" else f"packages/{member}"


def need_cargo(session: nox.Session) -> None:
    """Skip the session without cargo, or fail it if REQUIRE_NATIVE=1."""
    if shutil.which("cargo"):
        return
    message = "cargo is not on PATH: install Rust (https://rustup.rs) to build and test the native wheels"
    if os.environ.get("REQUIRE_NATIVE") == "1":
        session.error(message)
    session.skip(message)


def sync(session: nox.Session, *arguments: str) -> None:
    """Install workspace members and groups of the lock file into the session's environment."""
    session.run_install(
        "uv", "sync", "--locked", f"--python={session.virtualenv.location}", *arguments,
        env={"UV_PROJECT_ENVIRONMENT": session.virtualenv.location},
    )  # fmt: skip


@nox.session
def lint(session: nox.Session) -> None:
    """Style, formatting, spelling, the direction of imports (app -> core) and the vendored copies."""
    sync(session, "--no-default-groups", "--group=lint", "--package=minimal-browser", "--package=minimal_browser_core")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("codespell", "--dictionary=-", "--dictionary=scripts/lint/plain_english.txt")
    session.run("lint-imports")
    session.run("python", "scripts/vendor.py", "--check")


@nox.session(default=False, venv_backend="none")
def vendor(session: nox.Session) -> None:
    """Write core's copies of storage_rust's transfer code and SQL; `-- --check` only compares them."""
    session.run(sys.executable, "scripts/vendor.py", *session.posargs)


@nox.session
def typecheck(session: nox.Session) -> None:
    """mypy --strict over core, the app and the Python of both wheels, pyright over ai_rust_client; needs no Rust.

    `tests/typing_cases` holds what users write, mistakes included, and the proof that a window has all feature ports.
    """
    groups = ("--group=types", "--group=dev", "--group=gui")
    sync(session, *groups, "--package=minimal_browser_core", "--package=minimal-browser")
    session.run("mypy", "packages/minimal_browser_core/src", "apps/browser/src", "apps/browser/tests/typing_cases")
    session.run("mypy", "packages/storage_rust/python")
    session.run("mypy", "packages/ai_rust_client/python", "packages/ai_rust_client/tests/typing_cases")
    session.run("basedpyright", "--pythonpath", f"{session.bin}/python")


@nox.session
def stubtest(session: nox.Session) -> None:
    """Compare the stubs of both wheels with the built modules."""
    need_cargo(session)
    sync(session, "--group=types", "--group=dev", *(f"--package={name}" for name in NATIVE))
    for name in NATIVE:
        allowed = ROOT / folder(name) / "tests" / "typing_cases" / "stubtest_allowlist.txt"
        allowlist = [f"--allowlist={allowed}", "--ignore-unused-allowlist"] if allowed.exists() else []
        session.run("stubtest", name, "--ignore-missing-stub", "--mypy-config-file", "pyproject.toml", *allowlist)


@nox.session
def audit(session: nox.Session) -> None:
    """Check the workflows (schema, zizmor, actionlint) and the crates' licences, sources and bans. No network."""
    sync(session, "--no-default-groups", "--only-group=audit")
    workflows = map(str, sorted(ROOT.glob(".github/workflows/*.yml")))
    session.run("check-jsonschema", "--builtin-schema=vendor.github-workflows", *workflows)
    session.run("check-jsonschema", "--builtin-schema=vendor.dependabot", ".github/dependabot.yml")
    session.run("zizmor", "--offline", "--no-progress", ".github")
    if shutil.which("actionlint"):
        session.run("actionlint", external=True)
    else:
        session.warn("actionlint is not on PATH: the workflows were checked by their schema and zizmor only")
    if shutil.which("cargo-deny"):
        for package in NATIVE:
            manifest = f"--manifest-path={folder(package)}/Cargo.toml"
            session.run("cargo-deny", manifest, "--locked", "check", "bans", "licenses", "sources", external=True)
    elif os.environ.get("REQUIRE_NATIVE") == "1":
        session.error("cargo-deny is not on PATH: cargo install cargo-deny --locked")
    else:
        session.warn("cargo-deny is not on PATH (cargo install cargo-deny --locked): the crates were not checked")


@nox.session(default=False)
def advisories(session: nox.Session) -> None:
    """Look up the lock files in the public vulnerability databases, with pip-audit and cargo-deny."""
    sync(session, "--no-default-groups", "--only-group=audit")
    requirements = str(Path(session.create_tmp()) / "requirements.txt")
    members = [f"--no-emit-package={member}" for member in MEMBERS]
    export = ["uv", "export", "--quiet", "--locked", "--all-packages", "--all-extras", "--all-groups"]
    session.run(*export, *members, f"--output-file={requirements}", external=True, silent=True)
    session.run("pip-audit", "--disable-pip", "--require-hashes", "--requirement", requirements)
    for package in NATIVE:
        manifest = f"--manifest-path={folder(package)}/Cargo.toml"
        session.run("cargo-deny", manifest, "--locked", "check", "advisories", external=True)


@each(NATIVE, "rust", venv_backend="none")
def rust(session: nox.Session, package: str) -> None:
    """Formatting, clippy and the crate's own tests, which need no Python."""
    need_cargo(session)
    session.chdir(folder(package))
    session.run("cargo", "fmt", "--check", external=True)
    for features in (["--no-default-features", "--all-targets"], []):
        session.run("cargo", "clippy", "--locked", *features, "--", "-Dwarnings", external=True)
    session.run("cargo", "test", "--locked", "--profile=editable", "--no-default-features", external=True)


@each(NATIVE, "sanitize", venv_backend="none", default=False)
def sanitize(session: nox.Session, package: str) -> None:
    """The crate's tests under AddressSanitizer (nightly Rust) and valgrind; warns if one is not installed."""
    need_cargo(session)
    target = session.run("rustc", "--print=host-tuple", external=True, silent=True).strip()
    test = ["test", "--locked", "--profile=editable", "--no-default-features", "--lib", "--tests"]
    session.chdir(folder(package))
    # Tests of random input are a hundred times slower here.
    env = {"PROPTEST_CASES": "32"}
    ran = 0
    if subprocess.run(["cargo", "+nightly", "--version"], capture_output=True, check=False).returncode == 0:
        flags = {"RUSTFLAGS": "-Zsanitizer=address", "CARGO_TARGET_DIR": str(ROOT / folder(package) / "target/asan")}
        session.run("cargo", "+nightly", *test, f"--target={target}", env=env | flags, external=True)
        ran += 1
    else:
        session.warn("no nightly Rust (rustup toolchain install nightly): not tested under AddressSanitizer")
    if shutil.which("valgrind"):
        runner = f"CARGO_TARGET_{target.upper().replace('-', '_')}_RUNNER"
        valgrind = "valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite"
        valgrind += " --errors-for-leak-kinds=definite"
        session.run("cargo", *test, env=env | {runner: valgrind}, external=True)
        ran += 1
    else:
        session.warn("valgrind is not on PATH: not tested under it")
    if not ran:
        session.skip("neither a nightly Rust nor valgrind is installed: nothing was checked")


@each(PACKAGES, "tests", python=PYTHONS)
def tests(session: nox.Session, package: str) -> None:
    """The package's tests; those of a wheel also run the conformance suites of core."""
    if package in NATIVE:
        need_cargo(session)
        sync(session, "--group=dev", "--group=recipes", f"--package={package}", "--package=minimal_browser_core")
        env = {"REQUIRE_NATIVE": "1"}
    else:
        sync(session, "--group=dev", f"--package={package}")
        env = {"REQUIRE_NATIVE": "0"}
    session.run("pytest", folder(package), *session.posargs, env=env)


@nox.session
@nox.parametrize("extra", ["with-natives", "without-natives"], ids=["with-natives", "without-natives"])
def app(session: nox.Session, extra: str) -> None:
    """The browser's tests in real windows, with and without the rust_modules extra."""
    arguments = ["--group=dev", "--group=gui", "--package=minimal-browser"]
    if extra == "with-natives":
        need_cargo(session)
        arguments.append("--extra=rust_modules")
    sync(session, *arguments)
    session.run("python", "scripts/bootstrap.py")
    session.run("pytest", "apps", *session.posargs, env={"REQUIRE_NATIVE": "1" if extra == "with-natives" else "0"})


@each(MEMBERS, "wheels")
def wheels(session: nox.Session, member: str) -> None:
    """Build the member's wheel and sdist into dist/; a native one also for free-threaded CPython, if installed."""
    if member in NATIVE:
        need_cargo(session)
    build(session, member, DIST)
    if member in NATIVE and not shutil.which(FREE_THREADED):
        session.warn(f"{FREE_THREADED} is not on PATH: no wheel for free-threaded CPython was built")
    for wheel in sorted(DIST.glob(f"{member.replace('-', '_')}-*.whl")):
        session.log(f"{wheel.name}: {wheel.stat().st_size / 1e6:.2f} MB")


def build(session: nox.Session, member: str, dist: Path) -> None:
    """Build sdist and wheel; no binary names the folders of this machine."""
    cargo_home = os.environ.get("CARGO_HOME", Path.home() / ".cargo")
    env = {"RUSTFLAGS": f"--remap-path-prefix={cargo_home}=/cargo", "CFLAGS": f"-ffile-prefix-map={cargo_home}=/cargo"}
    command = ["uv", "build", "--quiet", f"--out-dir={dist}"]
    session.run(*command, f"--package={member}", external=True, env=env)
    if member in NATIVE:
        if python := shutil.which(FREE_THREADED):
            sdist = max(dist.glob(f"{member}-*.tar.gz"), key=lambda path: path.stat().st_mtime)
            session.run(*command, "--wheel", f"--python={python}", str(sdist), external=True, env=env)
        session.run("python", "scripts/packaging/rewheel.py", str(dist), member)


@nox.session(requires=[f"wheels-{member}" for member in MEMBERS])
def metadata(session: nox.Session) -> None:
    """Check the built wheels and sdists: sizes, licences, lists of parts, paths, platform, ABI."""
    sync(session, "--no-default-groups", "--only-group=metadata")
    session.run("python", "scripts/packaging/check_wheels.py", str(DIST))


@each(MEMBERS, "reproducible", default=False)
def reproducible(session: nox.Session, member: str) -> None:
    """Build the member twice and compare the files byte by byte."""
    if member in NATIVE:
        need_cargo(session)
    folders = [Path(session.create_tmp()) / name for name in ("first", "second")]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        build(session, member, folder)
    for first in sorted(path for path in folders[0].iterdir() if path.suffix in (".whl", ".gz")):
        if first.read_bytes() != (folders[1] / first.name).read_bytes():
            session.error(f"{first.name} differs from one build to the next")
        session.log(f"{first.name}: both builds are identical")


@nox.session(name="install-from-index", requires=[f"wheels-{member}" for member in MEMBERS])
def install_from_index(session: nox.Session) -> None:
    """Install the built wheels from an index on loopback into empty environments, and use them."""
    sync(session, "--group=dev", "--group=release", "--package=minimal_browser_core")
    session.run("pytest", "scripts/tests/install_from_index.py", *session.posargs, env={"DIST": str(DIST)})


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documents as a site in site/; a broken link is an error. No network."""
    sync(session, "--no-default-groups", "--group=docs", "--package=minimal_browser_core")
    session.run("python", "scripts/docs/reference_pages.py", "--check")
    session.run("mkdocs", "build", env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session(default=False)
def bundle(session: nox.Session) -> None:
    """Build the browser into dist/ as one folder that needs no Python; `-- --native` adds the Rust modules."""
    native = "--native" in session.posargs
    if native:
        need_cargo(session)
    extra = ["--extra=rust_modules"] if native else []
    sync(session, "--no-default-groups", "--group=bundle", "--no-editable", "--package=minimal-browser", *extra)
    session.run("python", "scripts/packaging/bundle.py", str(DIST), *session.posargs)


@nox.session(default=False)
def screenshots(session: nox.Session) -> None:
    """Take the screenshots of the user guide (under Xvfb)."""
    sync(session, "--group=dev", "--group=gui", "--package=minimal-browser")
    session.run("python", "scripts/bootstrap.py")
    session.run("pytest", "apps/browser/tests/journey/screenshots.py")


@each(MEMBERS, "bench", default=False)
def bench(session: nox.Session, package: str) -> None:
    """Run the package's benchmarks, which print ratios of one run."""
    arguments = ["--group=bench", f"--package={package}", "--package=minimal_browser_core"]
    extra = {"minimal-browser": ["--group=gui"], **{native: [f"--no-install-package={native}"] for native in NATIVE}}
    sync(session, *arguments, *extra.get(package, []))
    if package in NATIVE:  # as a wheel: an editable build is not optimised
        session.run_install("uv", "pip", "install", "--reinstall-package", package, folder(package))
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    benchmarks = ROOT / folder(package) / "benchmarks"
    everything = benchmarks / "run.py"
    for script in [everything] if everything.exists() else sorted(benchmarks.glob("bench_*.py")):
        session.run("python", str(script), *session.posargs)


@nox.session(default=False)
def figures(session: nox.Session) -> None:
    """Measure and write the documents of figures in docs/: all, or `-- NAME …` (client, storage, browser, …)."""
    need_cargo(session)
    sync(session, "--no-default-groups", "--group=figures", "--group=bench", "--package=minimal-browser",
         "--extra=rust_modules", *(f"--no-install-package={name}" for name in NATIVE))  # fmt: skip
    again = [f"--reinstall-package={name}" for name in NATIVE]
    session.run_install("uv", "pip", "install", *again, *map(folder, NATIVE))
    session.run("python", "scripts/figures", *session.posargs)


@each(MEMBERS, "release", default=False)
def release(session: nox.Session, member: str) -> None:
    """Bump version, changelog and lock file: `-- VERSION`; with `--dry-run`, rehearse the whole release in a copy."""
    sync(session, "--no-default-groups", "--only-group=release")
    versions = [argument for argument in session.posargs if argument != "--dry-run"]
    if len(versions) != 1:
        session.error(f"name the version: scripts/nox -s release-{member} -- VERSION [--dry-run]")
    verb = "rehearse" if "--dry-run" in session.posargs else "bump"
    session.run("python", "scripts/packaging/release.py", verb, member, *versions)
