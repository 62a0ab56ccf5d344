"""Write docs/reference/{keys,commands,settings}.md from what the browser itself reads: keymap, registry, settings.

usage: docs_reference.py [--check]      --check writes nothing, and ends with 1 where a page is out of date
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.config import default_toml
from minimal_browser_core.features.catalogue import all_commands
from minimal_browser_core.internal_pages.help import commands_by_group, key_caps, mode_help
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.keys.modes import Mode

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
WRITTEN = "<!-- Written by scripts/docs_reference.py: change the registry, the keymap or the settings instead. -->\n\n"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(map(cell, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def caps(keys: Iterable[str]) -> str:
    return " ".join(f"<kbd>{key.replace('<', '&lt;')}</kbd>" for key in keys)


def keys_page(keymap: Keymap) -> str:
    intro = "Every key can be changed in the [settings](settings.md), which have a table for each mode."
    parts = [f"# Keys\n\n{WRITTEN}{intro}\n"]
    texts = {text.label: text for text in mode_help(keymap)}
    for mode in Mode:
        about = texts[mode.label]
        leave = f" {caps(about.leave)} leaves it." if about.leave and mode is not Mode.NORMAL else ""
        rows = [(caps(key_caps(bound.keys)), f"`{bound.command}`") for bound in keymap.bindings(mode)]
        parts.append(f"\n## {mode.label}\n\n{about.text}{leave}\n\n{table(['keys', 'command'], rows)}")
    return "".join(parts)


def commands_page(registry: CommandRegistry, keymap: Keymap) -> str:
    intro = (
        "A command may be cut short as long as it is clear which one is meant. `:help` says the same in the browser."
    )
    parts = [f"# Commands\n\n{WRITTEN}{intro}\n"]
    for group, entries in commands_by_group(registry, keymap).items():
        rows = []
        for entry in entries:
            command = entry.command
            also = f" Also {', '.join(f'`:{alias}`' for alias in command.aliases)}." if command.aliases else ""
            note = f" {command.note}" if command.note else ""
            keys = ", ".join(map(caps, entry.keys))
            rows.append((f"`{command.usage}`", keys, f"{command.summary}{note}{also}"))
        parts.append(f"\n## {group}\n\n{table(['command', 'keys', 'what it does'], rows)}")
    return "".join(parts)


def settings_page() -> str:
    """The commented file, taken apart: its sections, and for each setting the comment above it."""
    parts = [
        f"# Settings\n\n{WRITTEN}`config.toml` in the platform's folder for settings (`~/.config/minimal-browser` on "
        "Linux), or the file that `MINIMAL_BROWSER_CONFIG` names. What is wrong in it is named with file, key and "
        "allowed values; nothing is guessed.\n"
    ]
    rows: list[tuple[str, str, str]] = []
    section, comment = "", []
    for line in [*default_toml().splitlines(), "[]"]:
        setting = re.fullmatch(r"# (\w+) = (.+)", line)
        if head := re.fullmatch(r"\[(.*)\]", line):
            if rows:
                parts.append(f"\n## {section}\n\n{table(['setting', 'default', 'meaning'], rows)}")
            section, rows = head[1], []
        elif setting:
            rows.append((f"`{setting[1]}`", f"`{setting[2]}`", " ".join(comment) or "as above"))
            comment = []
        elif line.startswith("# "):
            comment.append(line[2:])
        if not line.startswith("# "):
            comment = []
    parts.append(
        "\n## keys\n\nKeys and the command lines they run, a table for each mode (`[keys.normal]`, …). "
        'An empty command line takes a default binding away.\n\n```toml\n[keys.normal]\n"gh" = "open mb://help"\n'
        '"x" = ""\n```\n'
    )
    return "".join(parts)


def pages() -> dict[Path, str]:
    registry, keymap = all_commands(), Keymap()
    return {
        FOLDER / "keys.md": keys_page(keymap),
        FOLDER / "commands.md": commands_page(registry, keymap),
        FOLDER / "settings.md": settings_page(),
    }


def main() -> None:
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv and stale:
        names = ", ".join(path.name for path in stale)
        sys.exit(f"docs/reference: {names} out of date; run: python scripts/docs_reference.py")
    for path in stale:
        path.write_text(pages()[path])
        print(path)


if __name__ == "__main__":
    main()
