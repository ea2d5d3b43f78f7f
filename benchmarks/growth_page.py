"""What growth looks like in the docs: a table in docs/performance.md, and docs/growth.svg."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from benchmarks.measure import Sample, seconds

DOCS = Path(__file__).parents[1] / "docs"
PAGE, PLOT = DOCS / "performance.md", DOCS / "growth.svg"
#: Case → its column, its colour (seen on light and on dark), its marker (for those who see few colours).
CASES = {
    "whole": ("all skills, cold cache", "#d55e00", "o"),
    "cold": ("one changed, cold cache", "#a87fd0", "s"),
    "warm": ("one changed, warm cache", "#2f8fd0", "^"),
}
_BEGIN, _END = "<!-- growth: written by `python -m benchmarks growth` -->\n", "<!-- /growth -->\n"
#: Drawn in this colour, text and lines take the page's own.
_INK = "#010203"
_STYLE = (
    "<style>svg{color:#1f2328}@media(prefers-color-scheme:dark){svg{color:#e6edf3}}"
    "text{font-family:system-ui,sans-serif}</style>"
)


def write(sizes: Sequence[int], found: Mapping[str, Sample]) -> None:
    """Put both in place; `found` has every case of every size, such as `warm 10`."""
    medians = {case: [found[f"{case} {size}"].median for size in sizes] for case in CASES}
    PAGE.write_text(tabled(PAGE.read_text(encoding="utf-8"), sizes, medians), encoding="utf-8")
    PLOT.write_text(plot(sizes, medians), encoding="utf-8")


def tabled(page: str, sizes: Sequence[int], medians: Mapping[str, Sequence[float]]) -> str:
    """The page with the table between its marks."""
    head = ["skills", *(CASES[case][0] for case in reversed(CASES))]
    lines = [head, ["---:"] * len(head)]
    for row, size in enumerate(sizes):
        lines.append([f"{size:,}", *(seconds(medians[case][row]) for case in reversed(CASES))])
    table = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    marked = re.compile(re.escape(_BEGIN) + ".*?" + re.escape(_END), re.DOTALL)
    return marked.sub(lambda _: f"{_BEGIN}\n{table}\n{_END}", page)


def plot(sizes: Sequence[int], medians: Mapping[str, Sequence[float]]) -> str:
    """Seconds over skills, both axes logarithmic, as SVG: the same text for the same figures."""
    import matplotlib as mpl  # a second to load

    mpl.use("svg")
    style: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "growth", "font.size": 11}
    for part in ("text.", "axes.edge", "axes.label", "xtick.", "ytick."):
        style[f"{part}color"] = _INK
    with mpl.rc_context(style):
        return _adaptable(_drawn(sizes, medians))


def _drawn(sizes: Sequence[int], medians: Mapping[str, Sequence[float]]) -> str:
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    figure = Figure(figsize=(7.2, 4.2), layout="constrained")
    axes = figure.subplots()
    for case, (label, colour, marker) in CASES.items():
        axes.loglog(sizes, medians[case], color=colour, marker=marker, linewidth=2, label=label)
    axes.set(xlabel="skills in the repository", ylabel="seconds, whole process")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        axis.set_minor_formatter(NullFormatter())
    axes.set_xticks(sizes)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.grid(which="major", color=_INK, alpha=0.15)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper left")
    text = StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return text.getvalue()


def _adaptable(text: str) -> str:
    """In the page's own colour, light or dark, and without spaces at the ends of lines."""
    text = text.replace(_INK, "currentColor")
    text = re.sub(r"(<svg [^>]*>)", lambda found: f"{found[1]}\n {_STYLE}", text, count=1)
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
