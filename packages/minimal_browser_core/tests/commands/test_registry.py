import pytest

from minimal_browser_core.commands.command import Command, command
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import CommandError


def named(name: str, *aliases: str) -> Command:
    @command(group="Group", name=name, aliases=aliases)
    def run(browser: object) -> None:
        """Do it."""

    return run


def test_a_command_answers_to_its_aliases(registry: CommandRegistry) -> None:
    assert registry.find("h") is registry.find("help")
    assert "h" in registry


def test_the_start_of_one_name_is_enough(registry: CommandRegistry) -> None:
    assert registry.find("bookmark-d").name == "bookmark-delete"


def test_the_start_of_several_names_is_refused_with_all_of_them(registry: CommandRegistry) -> None:
    with pytest.raises(CommandError, match=r"^:zo could be :zoom, :zoom-in or :zoom-out\. Type more of the name\.$"):
        registry.find("zo")


def test_an_unknown_name_comes_with_the_nearest_ones(registry: CommandRegistry) -> None:
    with pytest.raises(CommandError, match=r"There is no command :boomkark\. Did you mean :bookmark"):
        registry.find("boomkark")


def test_a_name_near_to_nothing_leads_to_the_help(registry: CommandRegistry) -> None:
    with pytest.raises(CommandError, match=":help lists all"):
        registry.find("%%%%%%")


def test_no_two_commands_share_a_name() -> None:
    registry = CommandRegistry()
    registry.add(named("open", "o"))
    for clash in (named("open"), named("other", "o"), named("o"), named("twice", "twice")):
        with pytest.raises(ValueError, match="used twice"):
            registry.add(clash)
    assert [command.name for command in registry] == ["open"]


def test_a_whole_text_pasted_as_a_command_is_not_repeated_in_full(registry: CommandRegistry) -> None:
    with pytest.raises(CommandError) as caught:
        registry.find("x" * 100_000)
    assert len(str(caught.value)) < 150
