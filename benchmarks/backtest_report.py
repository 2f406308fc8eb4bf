"""Write the public backtest: `docs/backtest_fast41.md` and its figure, from `orebridge backtest --format json`.

Run `python benchmarks/backtest_report.py` after every change of data, criteria or weights; nothing on the page is
written by hand.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from scoring.backtest.population import BASELINES
from ui.text.backtest_words import BASELINES as NAMES

ROOT = Path(__file__).resolve().parents[1]
LABELS = "data/curated/labels_fast41.csv"
PAGE, FIGURE = ROOT / "docs" / "backtest_fast41.md", ROOT / "docs" / "img" / "backtest_fast41.svg"
COLOURS = {
    "This ranking": "#0072B2",
    "random": "#B8BEC6",
    "grade_only": "#D55E00",
    "jurisdiction_only": "#009E73",
    "commodity_risk_only": "#CC79A7",
    "uniform_weights": "#56B4E9",
    "evidence_only": "#E69F00",
}
WIDTH, HEIGHT, LEFT, TOP = 560, 330, 60, 20


def answer(*words: str) -> dict[str, Any]:
    """Return what the command says about the labels."""
    script = Path(sys.executable).with_name("orebridge")
    done = subprocess.run(
        [script, "backtest", LABELS, *words, "--format", "json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def figure(found: dict[str, Any]) -> str:
    """Return the capture curves as SVG, readable on light and dark ground."""
    curves = {"This ranking": found["capture_curve"], **found["capture_baselines"]}
    names = {"This ranking": "This ranking", **NAMES}
    lines, legend = [], []
    for i, (key, curve) in enumerate(curves.items()):
        points = " ".join(f"{LEFT + WIDTH * p['listed']:.1f},{TOP + HEIGHT * (1 - p['captured']):.1f}" for p in curve)
        width = 3.5 if i == 0 else 1.6
        lines.insert(
            0,
            f'<polyline points="{points}" fill="none" stroke="{COLOURS[key]}" stroke-width="{width}" '
            f'stroke-linejoin="round"/>',
        )
        x, y = LEFT + (i % 3) * 190, TOP + HEIGHT + 68 + (i // 3) * 20
        legend.append(
            f'<rect x="{x}" y="{y - 9}" width="14" height="5" fill="{COLOURS[key]}"/><text '
            f'x="{x + 20}" y="{y - 2}">{names[key]}</text>'
        )
    ticks = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        x, y = LEFT + WIDTH * share, TOP + HEIGHT * (1 - share)
        ticks.append(
            f'<line x1="{x:.0f}" y1="{TOP}" x2="{x:.0f}" y2="{TOP + HEIGHT}"/><line x1="{LEFT}" '
            f'y1="{y:.0f}" x2="{LEFT + WIDTH}" y2="{y:.0f}"/>'
        )
        legend.append(
            f'<text x="{x:.0f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{share:.0%}</text><text '
            f'x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{share:.0%}</text>'
        )
    axes = (
        f'<text x="{LEFT + WIDTH / 2:.0f}" y="{TOP + HEIGHT + 38}" text-anchor="middle">Top share of the list</text>'
        f'<text x="16" y="{TOP + HEIGHT / 2:.0f}" text-anchor="middle" transform="rotate(-90 16 '
        f'{TOP + HEIGHT / 2:.0f})">Share of labelled sites captured</text>'
    )
    whole, high = LEFT + WIDTH + 25, TOP + HEIGHT + 115
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {high}" width="{whole}" '
        f'height="{high}" role="img" font-family="sans-serif" font-size="12">\n'
        "<title>Capture curve of the FAST-41 labels, blind</title>\n"
        f'<rect width="{whole}" height="{high}" fill="#ffffff"/>\n<g stroke="#d7dbe0" '
        f'stroke-width="1">{"".join(ticks)}</g>\n'
        + "\n".join(lines)
        + f'\n<g fill="#333a42">{"".join(legend)}{axes}</g>\n</svg>\n'
    )


def number(value: float | None, digits: int = 2) -> str:
    """Return a figure, or a dash where none can be said."""
    return "–" if value is None else f"{value:.{digits}f}"


def ends(value: list[float] | None) -> str:
    """Return an interval."""
    return "–" if value is None else f"{value[0]:.2f} – {value[1]:.2f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def figures(open_: dict[str, Any], blind: dict[str, Any]) -> str:
    """Return the table of figures, open beside blind."""
    rows = [
        [
            "**AUC within the country** (headline)",
            *(f"**{number(x['auc_country'])}** ({ends(x['auc_country_ci'])})" for x in (open_, blind)),
        ],
        [
            "AUC within commodities",
            *(f"{number(x['auc_stratified'])} ({ends(x['auc_stratified_ci'])})" for x in (open_, blind)),
        ],
        ["AUC, all sites", *(f"{number(x['auc'])} ({ends(x['auc_ci'])})" for x in (open_, blind))],
        ["AUC within commodity and country", *(number(x["auc_commodity_country"]) for x in (open_, blind))],
        ["Lift in the top 10 %", *(number(x["lift_10pct"], 1) for x in (open_, blind))],
        ["Labelled among the first 200", *(number(x["precision_at"]["200"], 3) for x in (open_, blind))],
        [
            "Negative control (mean, sd)",
            *(f"{number(x['negative_control'])}, {number(x['negative_control_sd'])}" for x in (open_, blind)),
        ],
        ["Labelled sites / all sites", *(f"{x['matched']} / {x['sites']:,}" for x in (open_, blind))],
    ]
    return table(["", "Open", "Blind"], rows)


def baselines(open_: dict[str, Any], blind: dict[str, Any]) -> str:
    """Return the AUC within the country of each simple order, and how far the ranking is ahead of it."""
    rows = [
        [
            NAMES[k],
            BASELINES[k],
            number(open_["baselines_country"][k]),
            number(blind["baselines_country"][k]),
            ahead(open_["differences"][k]),
            ahead(blind["differences"][k]),
        ]
        for k in BASELINES
    ]
    head = ["Order", "By", "Within the country, open", "Blind", "Ranking less it, open", "Blind"]
    return table(head, rows)


def ahead(difference: dict[str, Any]) -> str:
    """Return a difference with its interval."""
    return f"{number(difference['difference'])} ({ends(difference['ci'])})"


def level(auc: float) -> str:
    """Say what an AUC within the country means for the list."""
    if auc < 0.5:
        return "Below 0.5: the list puts other US projects before those on the FAST-41 list."
    return "Above 0.5: the list puts those on the FAST-41 list before other US projects."


def documented(difference: dict[str, Any]) -> str:
    """Say whether how well a site is documented tells as much as the ranking."""
    low, _high = difference["ci"]
    return ": the ranking tells more." if low > 0 else ": how well a site is documented tells as much."


def page(open_: dict[str, Any], blind: dict[str, Any], opening: dict[str, Any]) -> str:
    """Return the page."""
    strata = [
        [row["stratum"], str(row["labelled"]), f"{row['unlabelled']:,}", number(row["auc"])] for row in blind["strata"]
    ]
    below = [row for row in blind["misses"] if row["lower_half"]]
    misses = [
        [
            str(row["rank"]),
            row["name"],
            row["site"],
            row["stratum"],
            row["cost_most"],
            "unknown" if row["unknown"] else "poor value",
        ]
        for row in below
    ]
    reasons = Counter(row["why"] for row in blind["unmatched"])
    dropped = blind["blind"]
    better = [NAMES[k] for k, v in blind["baselines_country"].items() if v is not None and v > blind["auc_country"]]
    return f"""# First public backtest: FAST-41

*Written by `benchmarks/backtest_report.py` from `orebridge backtest`. Data version `{blind["data_version"]}`, scenario `{blind["scenario_hash"]}` (joint), seed {blind["settings"]["seed"]}. How the figures are made: [method](methods/backtest.md).*

**Labels.** {blind["counts"]["labels"]} mining projects that the US Federal Permitting Improvement Steering Council put on its FAST-41 list from 18 April to 19 November 2025, as far as their names could be read (`{LABELS}`; press releases of the White House and the Council, US federal public domain). The Council counted 35 by 22 August 2025; five of 23 May could not be read.

**Blind** leaves out what Orebridge knows only because of the list: {len(dropped["sites"])} sites altogether, and {sum(dropped["values"].values())} values and {dropped["gates"]} verdicts of gates on others. The blind column is the one to quote; the open column shows how much the list gives away.

{figures(open_, blind)}

Brackets: 95 % bootstrap intervals.

![Capture curve, blind](img/backtest_fast41.svg)

## Compared with simple baselines

{baselines(open_, blind)}

{"Better than the ranking within the country: **" + "**, **".join(better) + "**." if better else "No simple order is better within the country."} Every labelled site lies in the United States, so figures over all countries mostly say that the host country class puts US sites first: the one to read is that within the country.
The ranking is {ahead(open_["differences"]["evidence_only"])} ahead of completeness alone with the list's own facts, {ahead(blind["differences"]["evidence_only"])} without{documented(blind["differences"]["evidence_only"])}

**Of the list that the app opens with** (projects, mines), blind: {number(opening["auc_country"])} ({ends(opening["auc_country_ci"])}) within the country, {opening["matched"]} labelled of {opening["sites"]} sites; {ahead(opening["differences"]["evidence_only"])} ahead of completeness alone, {ahead(opening["differences"]["random"])} ahead of random order. {level(opening["auc_country"])}

## By main commodity, blind

{table(["Main commodity", "Labelled", "Unlabelled", "AUC"], strata)}

With one to four labels each, no single row means anything.

## Misses, blind

{table(["Rank", "Label", "Site", "Commodity", "Largest score loss", "Reason"], misses) if misses else "No labelled site stands in the lower half of the list."}

## Labels without a site, blind

{table(["Labels", "Why"], [[str(count), why] for why, count in reasons.most_common()])}

Where a label names a company's project and a database the old name of the deposit, the label file gives the other name (column `aliases`), as the source of its coordinates has it. Matched through such a name: {sum(row["name"] != row["site"] for row in blind["matches"])} at the most.

## What this cannot show

- **Size.** {blind["matched"]} labelled sites: the interval of the headline is {ends(blind["auc_country_ci"])}. Most differences on this page are inside it.
- **Commodities.** {", ".join(f"{row['stratum']} {row['labelled']}" for row in blind["strata"])}. No label with any other main commodity; none of a plant, of recycling or of another country.
- **What is predicted.** A FAST-41 listing is a fact of permitting schedule and transparency. It is neither merit nor an investment decision.
- **Unlisted means unlabelled.** Other sites may be as good; precision is a floor.
- **Time.** The facts are of today, the labels of 2025: press follows selection, so some evidence on listed sites is there because they were listed, whatever its source says. Blind mode can drop only what cites a list.
- **Reverse.** Unknown where a list spoke may hide what another source would have said: blind figures can be too low.
- **Tuning.** No weight, goalpost or rule was changed for these labels, or after looking at this page.

## Again

```console
$ orebridge backtest {LABELS} --blind
```
"""


if __name__ == "__main__":
    plain, without = answer(), answer("--blind")
    first = answer("--blind", "--universe", "projects", "--step", "mines")
    FIGURE.write_text(figure(without), encoding="utf-8")
    PAGE.write_text(page(plain, without, first), encoding="utf-8")
    print(
        f"{PAGE.relative_to(ROOT)}: AUC within the country {without['auc_country']} blind, {plain['auc_country']} open"
    )
