import pytest

from minimal_browser_core.commands.registry import Command, CommandRegistry, Parameter, ParameterKind
from minimal_browser_core.errors import CommandError


def named(name: str, *aliases: str, parameters: tuple[Parameter, ...] = ()) -> Command:
    return Command(name, lambda browser: None, "Does it.", "Group", parameters, aliases)


def test_a_command_answers_to_its_aliases(registry: CommandRegistry) -> None:
    assert registry.find("h") is registry.find("help")
    assert "h" in registry


def test_the_beginning_of_one_name_is_enough(registry: CommandRegistry) -> None:
    assert registry.find("bookmark-d").name == "bookmark-delete"


def test_the_beginning_of_several_names_is_told_with_them(registry: CommandRegistry) -> None:
    with pytest.raises(CommandError, match=":zo could be :zoom, :zoom-in or :zoom-out"):
        registry.find("zo")


def test_an_unknown_name_comes_with_the_nearest_ones(registry: CommandRegistry) -> None:
    with pytest.raises(CommandError, match="there is no command :boomkark: did you mean :bookmark"):
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


def test_a_parameter_that_takes_the_rest_leaves_room_for_no_other() -> None:
    rest = Parameter("rest", ParameterKind.TEXT, "the rest")
    words = Parameter("words", ParameterKind.WORDS, "the words")
    for parameters in ((rest, words), (words, rest), (words, words)):
        with pytest.raises(ValueError, match="has to be"):
            named("bad", parameters=parameters)


def test_a_whole_text_pasted_as_a_command_is_not_repeated_in_full(registry: CommandRegistry) -> None:
    with pytest.raises(CommandError) as caught:
        registry.find("x" * 100_000)
    assert len(str(caught.value)) < 150
