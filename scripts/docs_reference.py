"""Write docs/reference/{keys,commands,settings}.md from what the browser itself reads: keymap, registry, settings.

usage: docs_reference.py [--check]      --check writes nothing, and ends with 1 where a page is out of date
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.copilot.tools.registry import registered_tools
from minimal_browser_core.features.catalogue import all_commands
from minimal_browser_core.internal_pages.help import commands_by_group, key_caps, mode_help
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.settings.schema import SECTIONS, SETTINGS, Setting
from minimal_browser_core.settings.write import SITE_DOC, SITE_EXAMPLE, table_lines, toml_value

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
WRITTEN = "<!-- Written by scripts/docs_reference.py: change the registry, the keymap or the settings instead. -->\n\n"


def cell(text: str) -> str:
    """The text of a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(map(cell, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def caps(keys: Iterable[str]) -> str:
    """Keys as `<kbd>` elements."""
    return " ".join(f"<kbd>{key.replace('<', '&lt;')}</kbd>" for key in keys)


def keys_page(keymap: Keymap) -> str:
    """The page of the default bindings."""
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
    """The page of all commands."""
    intro = (
        "The start of a name is enough if no other command starts with it. Flags such as `--tab` come before text. "
        "`;;` separates commands: `:tab-close ;; tab-next`. `:help` shows the same in the browser."
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
    """Every setting by section, with its default and what the schema says about it, and an example of each table."""
    parts = [
        f"# Settings\n\n{WRITTEN}`config.toml` in the platform's folder for settings (`~/.config/minimal-browser` on "
        "Linux), or the file that `MINIMAL_BROWSER_CONFIG` names. An error names file, setting and allowed values. "
        "`:set` changes a setting that takes effect at once until the browser quits.\n"
    ]
    examples = {"copilot.actions": {name: tool.approval.value for name, tool in registered_tools().items()}}
    for section, description in [*((name, kind.__doc__) for name, kind in SECTIONS.items()), ("", "")]:
        settings = [setting for setting in SETTINGS.values() if setting.name.rpartition(".")[0] == section]
        title = section or ", ".join(setting.name for setting in settings)
        parts.append(f"\n## {title}\n\n" + (f"{description}\n\n" if description else ""))
        rows = [
            (f"`{setting.name}`", f"`{toml_value(setting.default)}`", setting.doc, effect(setting))
            for setting in settings
        ]
        parts.append(table(["setting", "default", "meaning", "takes effect"], rows))
        parts += [
            "\n".join(
                ["\n```toml", f"[{setting.name}]", *table_lines(examples.get(setting.name, setting.example)), "```\n"]
            )
            for setting in settings
            if setting.example
        ]
    able = ", ".join(f"`{setting.name}`" for setting in SETTINGS.values() if setting.per_site)
    parts.append(f"\n## site\n\n{SITE_DOC}{able}.\n\n```toml\n{SITE_EXAMPLE}```\n")
    return "".join(parts)


def effect(setting: Setting) -> str:
    """When a change of a setting takes effect, and whether it can differ by site."""
    return ("at once" if setting.live else "at the next start") + (", also by site" if setting.per_site else "")


def pages() -> dict[Path, str]:
    """The text of each page, by its file."""
    registry, keymap = all_commands(), Keymap()
    return {
        FOLDER / "keys.md": keys_page(keymap),
        FOLDER / "commands.md": commands_page(registry, keymap),
        FOLDER / "settings.md": settings_page(),
    }


def main() -> None:
    """Write the pages that differ, or with --check fail if there are any."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv and stale:
        names = ", ".join(path.name for path in stale)
        sys.exit(f"docs/reference: {names} out of date; run: python scripts/docs_reference.py")
    for path in stale:
        path.write_text(pages()[path])
        print(path)


if __name__ == "__main__":
    main()
