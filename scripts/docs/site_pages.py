"""Adds the READMEs, changelogs and other documents from outside docs/ to the site (hooks of mkdocs).

Their links, which lead through the repository, are changed to the pages of the site. A link to a file that the site
does not show becomes its name.
"""

import importlib.util
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
MEMBERS = {
    "ai_rust_client": "packages/ai_rust_client",
    "storage_rust": "packages/storage_rust",
    "minimal_browser_core": "packages/minimal_browser_core",
    "minimal-browser": "apps/browser",
}
# file in the repository -> page of the site
ELSEWHERE = {
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "SECURITY.md": "SECURITY.md",
    **{f"{folder}/README.md": f"packages/{name}.md" for name, folder in MEMBERS.items()},
}
LINK = re.compile(r"\[([^\]]*)\]\((?!https?://|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")


def page_of(target: str) -> str | None:
    """The page that shows a file or folder of the repository."""
    for candidate in (target, f"{target}/README.md"):
        if candidate in ELSEWHERE:
            return ELSEWHERE[candidate]
    return target.removeprefix("docs/") if target.startswith("docs/") else None


def with_links_of_the_site(text: str, source: str, page: str) -> str:
    """The text of a page with its links changed to the pages of the site."""

    def turned(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), match[2]))
        found = page_of(target)
        if found is None:
            return match[1] if match[1].startswith("`") else f"`{target}`"
        return f"[{match[1]}]({posixpath.relpath(found, posixpath.dirname(page) or '.')}{match[3] or ''})"

    return LINK.sub(turned, text)


def release_notes() -> str:
    """Every package's changelog, one after the other."""
    parts = ["# Release notes\n\nEach package has versions of its own.\n"]
    for name, folder in MEMBERS.items():
        text = (ROOT / folder / "CHANGELOG.md").read_text()
        sections = text[text.index("## [") :].replace("## [Unreleased]\n\n", "", 1)
        sections = re.sub(r"^(#+) ", r"#\1 ", sections, flags=re.M)
        parts.append(f"\n## {name}\n\n{sections}")
    return "".join(parts)


def api(name: str) -> str:
    """The page with the API of a package."""
    return f"# {name}: API\n\n```python\nimport {name}\n```\n\n::: {name}\n"


def on_files(files: Files, config: Any) -> Files:
    """Add the pages from outside docs/ to the site (a hook of mkdocs)."""
    pages = {
        page: with_links_of_the_site((ROOT / source).read_text(), source, page) for source, page in ELSEWHERE.items()
    }
    pages["RELEASE_NOTES.md"] = release_notes()
    pages |= {f"packages/{name}_api.md": api(name) for name in ("ai_rust_client", "storage_rust")}
    for page, text in pages.items():
        files.append(File.generated(config, page, content=text))
    mermaid = Path(str(importlib.util.find_spec("mmdc").origin)).parent / "assets" / "mermaid.js"  # type: ignore[union-attr]
    files.append(File.generated(config, "assets/mermaid.js", abs_src_path=str(mermaid)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Change the links of a page in docs/, which lead through the repository (a hook of mkdocs)."""
    if page.file.generated_by:
        return markdown
    return with_links_of_the_site(markdown, f"docs/{page.file.src_uri}", page.file.src_uri)
