import pytest

from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.features.catalogue import all_commands
from minimal_browser_core.testing.recording_browser import RecordingBrowser


@pytest.fixture
def registry() -> CommandRegistry:
    return all_commands()


@pytest.fixture
def browser(registry: CommandRegistry) -> RecordingBrowser:
    return RecordingBrowser(registry)
