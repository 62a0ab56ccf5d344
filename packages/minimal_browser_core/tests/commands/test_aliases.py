import pytest

from minimal_browser_core.commands.aliases import define_aliases
from minimal_browser_core.commands.chain import check
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import CommandError, ConfigError
from minimal_browser_core.testing.recording_browser import RecordingBrowser
from minimal_browser_core.window import OpenTarget


@pytest.fixture
def browser(registry: CommandRegistry) -> RecordingBrowser:
    return RecordingBrowser(registry)


def define(registry: CommandRegistry, **table: str) -> None:
    define_aliases(table, registry, lambda line: check(line, registry))


def test_an_alias_stands_for_the_start_of_a_line(browser: RecordingBrowser) -> None:
    define(browser.commands, gh="open --tab https://github.com/", s2="scroll down", private="open --private x")
    browser.run("gh")
    browser.run(": 3 s2")
    browser.run("gh ;; s2")
    browser.run("private y")
    assert browser.calls == [
        ("navigation.open", "https://github.com/", OpenTarget.TAB),
        ("scrolling.by_lines", 0, 3),
        ("navigation.open", "https://github.com/", OpenTarget.TAB),
        ("scrolling.by_lines", 0, 1),
        ("navigation.open", "x y", OpenTarget.PRIVATE_WINDOW),
    ]


def test_an_alias_may_stand_for_a_chain_and_the_rest_goes_to_its_end(browser: RecordingBrowser) -> None:
    define(browser.commands, fresh="tab-new ;; open a")
    browser.run("fresh b ;; reload")
    assert browser.calls == [
        ("tabs.new",),
        ("navigation.open", "a b", OpenTarget.CURRENT),
        ("navigation.reload", False),
    ]


def test_an_alias_of_raw_text_takes_the_separators_too(browser: RecordingBrowser) -> None:
    define(browser.commands, type="command-line")
    browser.run("type back ;; stop")
    assert browser.calls == [("command_line.open", ":", "back ;; stop ")]


def test_an_alias_is_not_expanded_inside_another_one(registry: CommandRegistry) -> None:
    with pytest.raises(ConfigError) as caught:
        define(registry, one="two", two="reload", three="reload ;; one", four="four x")
    assert str(caught.value).splitlines() == [
        "[aliases] 'one' = 'two': There is no command :two. :help lists all commands.",
        "[aliases] 'three' = 'reload ;; one': There is no command :one. :help lists all commands.",
        "[aliases] 'four' = 'four x': An alias cannot stand for itself. Write the command that :four runs.",
    ]
    assert registry.user_aliases == {}


@pytest.mark.parametrize(
    ("name", "line", "words"),
    [
        ("open", "reload", ":open is a command. Choose another name."),
        ("bd", "reload", ":bd already stands for :tab-close. Choose another name."),
        ("two words", "reload", "An alias is one word that starts with a letter."),
        ("3d", "reload", "An alias is one word"),
        ("", "reload", "An alias is one word"),
        ("good", "opne", "There is no command :opne."),
        ("good", "", "The command is blank."),
        ("good", "zoom 5 ;; zoom big", "<percent> of :zoom has to be a whole number"),
    ],
)
def test_a_wrong_alias_is_refused_with_what_to_do(name: str, line: str, words: str, registry: CommandRegistry) -> None:
    define(registry, before="reload")
    with pytest.raises(ConfigError) as caught:
        define_aliases({name: line}, registry, lambda line: check(line, registry))
    assert str(caught.value).startswith(f"[aliases] {name!r} = {line!r}: {words}")
    assert registry.user_aliases == {"before": "reload"}


def test_the_aliases_can_be_replaced_while_the_browser_runs(browser: RecordingBrowser) -> None:
    define(browser.commands, gone="reload")
    define(browser.commands, there="reload")
    browser.run("there")
    with pytest.raises(CommandError, match="There is no command :gone"):
        browser.run("gone")
    with pytest.raises(CommandError, match="Did you mean :there"):
        browser.run("therex")
