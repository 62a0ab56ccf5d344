import pytest

from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.features.catalogue import all_commands


@pytest.fixture
def registry() -> CommandRegistry:
    return all_commands()
