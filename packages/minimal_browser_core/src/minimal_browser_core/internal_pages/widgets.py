"""The small applications that the copilot may open: a calculator, a list, a timer, notes, a card.

Each is one document with its style and script inside. It is made for an origin of its own (opaque, sandboxed, no
network, no storage, no dialogs), and its policy lets only this very script run.
"""

from typing import Literal, get_args

from minimal_browser_core.errors import ActionError
from minimal_browser_core.internal_pages.environment import content_hash, environment, packaged

WidgetType = Literal["calculator", "todo", "timer", "notes", "card"]
Theme = Literal["auto", "light", "dark"]

TITLES: dict[WidgetType, str] = {
    "calculator": "Calculator",
    "todo": "To do",
    "timer": "Timer",
    "notes": "Notes",
    "card": "Card",
}


def render_widget(widget_type: str, theme: str = "auto", title: str = "") -> str:
    """`auto` follows the system. Raises ActionError for a widget or a theme that there is not."""
    from markupsafe import Markup

    if widget_type not in TITLES:
        raise ActionError(f"There is no widget {widget_type!r}; there are {', '.join(TITLES)}.")
    if theme not in get_args(Theme):
        raise ActionError(f"There is no theme {theme!r}; there are {', '.join(get_args(Theme))}.")
    style, script = packaged("widgets/style.css"), packaged(f"widgets/{widget_type}.js")
    template = environment().get_template(f"widgets/{widget_type}.html.j2")
    return template.render(
        theme=theme,
        title=title.strip() or TITLES[widget_type],
        given_title=title.strip(),
        style=Markup(style),  # noqa: S704  our own file
        style_hash=content_hash(style),
        script=Markup(script),  # noqa: S704  our own file
        script_hash=content_hash(script),
    )
