"""The import time over a bare interpreter, and the size of the wheel."""

import compileall
import importlib.metadata
import importlib.util
import io
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from processes import environment
from results import Key, Results

BARE = "bare Python"
STATEMENTS = {
    BARE: "pass",
    "storage_rust": "import storage_rust",
    "core": "import minimal_browser_core.storage.python.stores.conversations",
    "sqlite3": "import sqlite3",
    "apsw": "import apsw",
    "sqlite-utils": "import sqlite_utils",
    "llm": "import llm.logs, sqlite_utils",
    "tantivy": "import tantivy",
    "JSON log": "import json",
}


def imports(results: Results, rounds: int) -> None:
    """Whole processes, in turns, with compiled files in place; the difference of the medians is the import's."""
    for module in ("storage_rust", "minimal_browser_core"):
        spec = importlib.util.find_spec(module)
        for place in (spec and spec.submodule_search_locations) or ():
            compileall.compile_dir(place, quiet=2)
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for _ in range(rounds):
        for name, statement in STATEMENTS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], check=True, env=environment())
            times[name].append((time.perf_counter() - start) * 1000)
    for name, spent in times.items():
        results.add(Key(0, "process that imports it", name), spent)
    bare = results.p50(Key(0, "process that imports it", BARE)) or 0.0
    for name in STATEMENTS:
        if name != BARE:
            results.values[Key(0, "import", name)] = (
                results.p50(Key(0, "process that imports it", name)) or 0.0
            ) - bare


def wheel(results: Results) -> None:
    """The files of the installed distribution, zipped as a wheel is."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in installed("storage_rust"):
            archive.write(file, name)
    results.values[Key(0, "wheel")] = len(packed.getvalue()) / 1e6


def installed(distribution: str) -> Iterator[tuple[str, Path]]:
    for file in importlib.metadata.distribution(distribution).files or ():
        path = Path(str(file.locate()))
        if path.is_file() and path.suffix != ".pyc" and path.name != "REQUESTED":
            yield str(file), path


def is_release() -> bool:
    """False where storage_rust is installed in place, which builds it without optimisation."""
    origin = importlib.metadata.distribution("storage_rust").read_text("direct_url.json")
    return not (origin and json.loads(origin).get("dir_info", {}).get("editable"))
