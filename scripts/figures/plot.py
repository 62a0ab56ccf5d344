"""Bar charts as SVG, readable on light and dark pages."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from document import number

mpl.use("svg")
from matplotlib import pyplot

INK = "#808890"  # readable on both backgrounds
COLOURS = ("#d08770", "#5e81ac", "#8fa876", "#b48ead")


def bars(path: Path, title: str, groups: Sequence[str], series: Mapping[str, Sequence[float]], unit: str = "") -> str:
    """Draw horizontal bars, one for each group and series; gives the Markdown that shows them.

    With a `unit` the scale is logarithmic; without one it is linear, and the names of the series contain the units.
    """
    path.parent.mkdir(exist_ok=True)
    height = 0.8 / len(series)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": path.stem, "font.size": 10, "text.color": INK}):
        figure, axes = pyplot.subplots(figsize=(8, 0.9 + 0.28 * len(groups) * len(series)), layout="constrained")
        for n, (name, values) in enumerate(series.items()):
            places = [row + (n - (len(series) - 1) / 2) * height for row in range(len(groups))]
            drawn = axes.barh(places, values, height * 0.9, label=name, color=COLOURS[n % len(COLOURS)])
            axes.bar_label(drawn, [number(value) for value in values], padding=3, color=INK, fontsize=8)
        axes.set_yticks(range(len(groups)), groups)
        axes.invert_yaxis()
        if unit:
            axes.set_xscale("log")
            axes.set_xlabel(f"{unit}, logarithmic", color=INK)
        axes.margins(x=0.12)
        axes.tick_params(colors=INK, which="both")
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(INK)
        figure.suptitle(title, color=INK, fontsize=11)
        figure.legend(loc="outside lower center", ncols=len(series), frameon=False)
        figure.savefig(path, transparent=True, metadata={"Date": None})
        pyplot.close(figure)
    return f"![{title}](figures/{path.name})"
