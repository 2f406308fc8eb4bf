"""Figures of a memo as SVG. Draws what `scoring.robustness.rank_acceptability` found."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from layers.locator import FONT, blank_figure, svg_of

BAR, DOT = "#7FB3D5", "#B5420A"


def rank_ranges(table: pd.DataFrame, site_ids: Sequence[str], names: Sequence[str], title: str) -> str:
    """Return a chart of rank ranges: a bar from the 5th to the 95th percentile, a dot at the median; logarithmic.

    Parameters
    ----------
    table : DataFrame
        Of a site: site_id, rank_low, rank_mid, rank_high.
    site_ids, names : sequence of str
        The sites in the order to draw, with what stands beside them; those that are not listed are left out.
    title : str
        Of the axis.
    """
    table = table.set_index("site_id")
    rows = [(name, table.loc[site_id]) for site_id, name in zip(site_ids, names, strict=True) if site_id in table.index]
    if not rows:
        return ""
    figure = blank_figure((7.2, 0.9 + 0.22 * len(rows)))
    axes = figure.add_axes((0.34, 0.55 / (0.9 + 0.22 * len(rows)), 0.63, 1 - 0.6 / (0.9 + 0.22 * len(rows))))
    for place, (_name, row) in enumerate(rows):
        axes.plot([row["rank_low"], row["rank_high"]], [place, place], color=BAR, linewidth=6, solid_capstyle="butt")
        axes.plot([row["rank_mid"]], [place], "o", color=DOT, markersize=4)
    axes.set_xscale("log")
    axes.set(
        ylim=(len(rows) - 0.4, -0.6),
        xlim=(0.9, max(1.1 * max(int(table["rank_high"].get(s, 1)) for s in site_ids), 12.0)),
    )
    axes.set_yticks(range(len(rows)), [name for name, _row in rows], fontproperties=FONT)
    ticks = [tick for tick in (1, 3, 10, 30, 100, 300, 1000, 3000, 10000) if tick <= axes.get_xlim()[1]]
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks], fontproperties=FONT)
    axes.set_xlabel(title, fontproperties=FONT)
    axes.minorticks_off()
    axes.grid(axis="x", color="#D5D9DE", linewidth=0.5)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    return svg_of(figure)
