"""Documents and code are in plain English: phrases of a private dialect are refused, with what to write instead."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SUFFIXES = {".j2", ".md", ".py", ".pyi", ".rs", ".sql", ".toml"}
INSTEAD = {
    r"\bthe person\b": "the user",
    r"\bof ours\b": "our",
    r"\b(?:is|are) told\b": "is reported, is returned, is shown",
    r"\bstands? in (?:a|the|its|for)\b": "is in, replaces",
    r"(?<!there )\b(?:is|are) no (?:backend|completion|chunk|database|file|address|command)\b": "is not a …",
    r"\bthe older browser\b": "minimal_browser 0.x",
    r"\bthe checklist\b": "what it requires",
    r"\bbeside that\b": "in addition",
    r"\bwhere there is none\b": "if there is none",
    r"\btake[ns]? up again\b": "resume",
}
EXCEPTIONS = {"scripts/tests/test_language.py"}


def sources() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if Path(name).suffix in SUFFIXES and name not in EXCEPTIONS]


def test_no_source_or_document_uses_the_dialect() -> None:
    found: list[str] = []
    for path in sources():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found += [
                f"{path.relative_to(ROOT)}:{number}: {match[0]!r}: write {better!r}"
                for phrase, better in INSTEAD.items()
                if (match := re.search(phrase, line, re.IGNORECASE))
            ]
    assert not found, "\n" + "\n".join(found)
