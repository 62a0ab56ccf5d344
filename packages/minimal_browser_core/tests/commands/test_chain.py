import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.commands.aliases import define_aliases
from minimal_browser_core.commands.chain import check, describe, parse_chain, split_chain
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import CommandError
from minimal_browser_core.features.catalogue import all_commands
from minimal_browser_core.testing.recording_browser import RecordingBrowser

ALL = all_commands()


@pytest.fixture
def browser(registry: CommandRegistry) -> RecordingBrowser:
    return RecordingBrowser(registry)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("back", ["back"]),
        ("back ;; reload", ["back ", " reload"]),
        ("open a;;b", ["open a;;b"]),
        ("open a ;;b", ["open a ;;b"]),
        ("open a ;; ask b ;; stop", ["open a ", " ask b ;; stop"]),
        ("find ;; x", ["find ;; x"]),
        ("search bash case ;; esac", ["search bash case ;; esac"]),
        ("bookmark 'a ;; b'", ["bookmark 'a ", " b'"]),
        ("command-line open a ;; back", ["command-line open a ;; back"]),
        ("back ;; command-l a ;; b", ["back ", " command-l a ;; b"]),
        (";;", ["", ""]),
    ],
)
def test_a_line_is_split_at_its_separators(line: str, parts: list[str], registry: CommandRegistry) -> None:
    assert list(split_chain(line, registry)) == parts


def test_a_chain_runs_its_commands_in_order(browser: RecordingBrowser) -> None:
    browser.run("tab-new ;; 2scroll down ;; :reload")
    assert browser.calls == [("tabs.new",), ("scrolling.by_lines", 0, 2), ("navigation.reload", False)]


def test_a_count_before_a_key_is_for_the_first_command(browser: RecordingBrowser) -> None:
    browser.run("back ;; scroll down", count=3)
    assert browser.calls == [("navigation.back", 3), ("scrolling.by_lines", 0, 1)]


def test_the_first_command_that_fails_ends_the_chain(browser: RecordingBrowser) -> None:
    browser.closed_tabs = 0
    with pytest.raises(CommandError, match="no closed tab"):
        browser.run("tab-new ;; undo ;; reload")
    assert browser.calls == [("tabs.new",)]


@pytest.mark.parametrize(
    "line", ["reload ;; nonsense", "reload ;; ;; stop", "reload ;;", ";; reload", "stop ;; :", ";;"]
)
def test_nothing_of_a_wrong_chain_is_run(line: str, browser: RecordingBrowser) -> None:
    with pytest.raises(CommandError):
        browser.run(line)
    assert browser.calls == []


def test_a_missing_command_is_reported() -> None:
    assert check("reload ;;", ALL) == "A command is missing beside ;; in: reload ;;"


def test_a_line_can_be_checked_without_being_run() -> None:
    assert check("open x ;; stop", ALL) is None
    assert "no command" in (check("opne x", ALL) or "")
    assert check(" ", ALL) == "The command is blank. Write the name of one."


def test_a_blank_line_does_nothing(browser: RecordingBrowser) -> None:
    for line in ("", " ", ":"):
        browser.run(line)
    assert browser.calls == []


def test_a_line_is_described_by_its_first_command() -> None:
    assert describe("tab-close ;; tab-next", ALL) == "Close a tab."
    assert describe("command-line open", ALL) == "Open an address, or search for words."
    assert describe("nonsense", ALL) == "nonsense"
    assert describe("", ALL) == ""


WORDS = st.sampled_from([*ALL.names, ";;", ":", "3", "--tab", "'", "a", "gh", "both"])


@given(st.lists(WORDS, max_size=8).map(" ".join) | st.text(max_size=30))
def test_any_line_is_parsed_or_refused_and_its_parts_make_it_up(line: str) -> None:
    registry = all_commands()
    define_aliases({"gh": "open --tab", "both": "back ;; gh"}, registry, lambda line: None)
    assert ";;".join(split_chain(line, registry)) == line
    try:
        parse_chain(line, registry)
    except CommandError:
        return
