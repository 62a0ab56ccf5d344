"""The options of the program. Imports nothing heavy, so that `--help` and a mistyped option answer at once."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

Backend = Literal["auto", "python", "rust"]
BACKENDS: tuple[Backend, ...] = ("auto", "python", "rust")

EPILOG = """\
Keys: Space asks the copilot, o opens, t opens in a tab, / finds, f labels links, ? shows all of them, :q quits.
A key in OPENROUTER_API_KEY or OPENAI_API_KEY, or a server given by --base-url, gives the copilot a model;
without one it answers from the page and from earlier conversations. PROFILE=1 writes profile.stats.
"""


# Not a dataclass: importing it this early would cost 12 ms. The same holds for all modules before the first load.
class Options(NamedTuple):
    """The options that were given; None leaves the decision to the settings and the environment."""

    urls: tuple[str, ...] = ()
    exit_after_load: bool = False
    trace_startup: Path | None = None
    temp_profile: bool = False
    profile: str | None = None
    profile_dir: Path | None = None
    config: Path | None = None
    base_url: str | None = None
    model: str | None = None
    ai_backend: Backend | None = None
    storage_backend: Backend | None = None
    verbose: bool = False
    version: bool = False
    write_settings: bool = False


def parse(argv: Sequence[str]) -> Options:
    """Return the options. Exits with 2 and a sentence on stderr for an unknown option or an invalid value."""
    parser = argparse.ArgumentParser(
        prog="minimal-browser",
        description="A keyboard-first browser with an AI copilot.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("urls", metavar="URL", nargs="*", help="what to open, each in a tab: a URL, a file, or words")
    parser.add_argument("--version", action="store_true", help="show versions and the backends selected, and exit")
    parser.add_argument(
        "--exit-after-load", action="store_true", help="exit once the first page has loaded: 0, or 1 if it failed"
    )
    parser.add_argument(
        "--trace-startup", metavar="FILE", type=Path, help="report the time and memory of the start; FILE: a trace"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="log to stderr what the browser is doing")
    parser.add_argument("--config", metavar="FILE", type=Path, help="settings file to use instead of the usual one")

    parser.add_argument(
        "--write-settings", action="store_true", help="write a settings file that lists every setting, and exit"
    )

    profiles = parser.add_argument_group("profile: cookies, cache, history, conversations, bookmarks")
    profile = profiles.add_mutually_exclusive_group()
    profile.add_argument("--temp-profile", action="store_true", help="a profile that is deleted at exit")
    profile.add_argument("--profile", metavar="NAME", help="a profile by name (default: default)")
    profile.add_argument("--profile-dir", metavar="DIR", type=Path, help="a profile in this folder")

    copilot = parser.add_argument_group("copilot")
    copilot.add_argument("--base-url", metavar="URL", help="an OpenAI-compatible server, as http://127.0.0.1:11434/v1")
    copilot.add_argument("--model", metavar="NAME", help="the model to ask")
    copilot.add_argument("--ai-backend", choices=BACKENDS, help="which chat client to use (default: auto)")
    copilot.add_argument("--storage-backend", choices=BACKENDS, help="which store to use (default: auto)")

    parsed = vars(parser.parse_args(argv))
    return Options(**{**parsed, "urls": tuple(parsed["urls"])})
