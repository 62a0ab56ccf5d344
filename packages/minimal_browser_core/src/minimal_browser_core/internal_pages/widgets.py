"""Renders the small applications that the copilot may open: a calculator, a list, a timer, notes, a card.

Each is one document that contains its style and script. It is meant for an opaque, sandboxed origin (no network, no
storage, no dialogs), and its Content-Security-Policy allows only this script.
"""

from typing import Literal, get_args

from minimal_browser_core.errors import ToolError
from minimal_browser_core.internal_pages.environment import content_hash, environment, read_template_file

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
    """One widget; the theme `auto` follows the system. ToolError for an unknown widget or theme."""
    from markupsafe import Markup

    if widget_type not in TITLES:
        raise ToolError(f"There is no widget {widget_type!r}. Choose one of {', '.join(TITLES)}.")
    if theme not in get_args(Theme):
        raise ToolError(f"There is no theme {theme!r}. Choose one of {', '.join(get_args(Theme))}.")
    style, script = read_template_file("widgets/style.css"), read_template_file(f"widgets/{widget_type}.js")
    template = environment().get_template(f"widgets/{widget_type}.html.j2")
    return template.render(
        theme=theme,
        title=title.strip() or TITLES[widget_type],
        given_title=title.strip(),
        style=Markup(style),  # noqa: S704  a file of this package
        style_hash=content_hash(style),
        script=Markup(script),  # noqa: S704  a file of this package
        script_hash=content_hash(script),
    )
