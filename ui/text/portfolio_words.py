"""Words of portfolios: who cannot take part and why, how a figure is known, what the draws say."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.supply.portfolio_answer import Line, Study
from scoring.supply.portfolio_records import Figure, GapBasis, LeftOut, Output
from ui.text import vocabulary as w
from ui.text.i18n import _, listed, number, quantity
from ui.text.vocabulary import N_

REASONS = {
    "no_output": N_("no source says how much of it they would put out, in tonnes of the metal"),
    "covered_host": N_("in a covered nation"),
    "no_framework": N_("host country without a minerals framework of the US or Japan"),
    "gate_failed": N_("fail a gate"),
    "owners_unknown": N_("owners not known to pass"),
    "funded": N_("funded already: they need no money"),
    "no_stage": N_("stage unknown, so that no date can be given"),
    "too_early": N_("earlier than the stages chosen"),
    "no_cost": N_("cost neither stated nor to be modelled"),
    "not_stated": N_("cost or output is modelled"),
}
MARKS = {"stated": N_("stated"), "modelled": N_("modelled"), "user": N_("your figure")}
#: Of several figures the least known names them all.
MARKS_WORST_FIRST = ("modelled", "user", "stated")
PRODUCTS = {
    "mined": N_("still to be separated or refined"),
    "refined": N_("separated or refined"),
    "derivative": N_("derivative product"),
}
VERDICTS = {"take": N_("Take"), "find_out": N_("Find out"), "leave": N_("Leave")}
FACTS = {"cost": N_("capital cost"), "date": N_("date of product"), "output": N_("output")}
COUNTRIES = {"us": N_("United States"), "japan": N_("Japan")}


def desk(key: str) -> str:
    """Return whose gap it is; any desk that is no country's is that of both."""
    return w.word(COUNTRIES, key) if key in COUNTRIES else _("Both together")


def site(site_id: str, name: str) -> str:
    """Return the name of a project in the reader's language."""
    return w.shown_name(name, site_id)


def sites(projects: Sequence[tuple[str, str]], most: int = 0) -> str:
    """Return the names of projects as a list; of more than `most` the rest as a number (0: all)."""
    if not projects:
        return _("none")
    shown = projects[:most] if most else projects
    names = listed([w.plain(site(*each)) for each in shown])
    more = len(projects) - len(shown)
    return _("{names} and {n} more").format(names=names, n=number(more)) if more else names


def left_out(study: Study) -> list[tuple[str, tuple[LeftOut, ...]]]:
    """Return each reason in words with the projects that it keeps out."""
    kept = study.participation.left_out
    reasons = dict.fromkeys(each.reason for each in kept)
    return [(w.word(REASONS, reason), tuple(e for e in kept if e.reason == reason)) for reason in reasons]


def span(figure: Figure) -> str:
    """Return a figure with its interval: 345 (264–456)."""
    if figure.low == figure.high:
        return quantity(figure.value)
    return f"{quantity(figure.value)} ({quantity(figure.low)}–{quantity(figure.high)})"


def outputs(line: Line) -> str:
    """Return the outputs of a chosen project as a list, tonnes a year."""
    each = [f"{w.commodity(output.commodity)} {quantity(output.tonnes.value)}" for output in line.outputs]
    return _("{outputs} t/y").format(outputs=listed(each))


def product(output: Output) -> str:
    """Return what the tonnes of an output are."""
    return _("{metal}, t/y: {level}").format(metal=w.commodity(output.commodity), level=w.word(PRODUCTS, output.level))


def basis(figure: Figure, cost: Figure) -> str:
    """Return what a figure rests on: the words of the source, else the model; `cost` is that of the same project."""
    if figure.mark == "user":
        return _("entered by you")
    if figure.mark == "stated":
        return figure.basis
    if figure is cost:
        return _("from stated costs, by works, value of the output and commodity")
    return _("from the resource, by Taylor's rule")


GAPS = {
    "consumption": N_("consumption times net import reliance"),
    "net_imports": N_("net imports; consumption is withheld"),
    "net_imports_heavy": N_("net imports of all heavy rare earths together"),
    "trade": N_("net imports by trade codes, modelled"),
    "user": N_("entered by you"),
}
GAP_SOURCES = {
    "us": N_("United States: {figure} of {year} (USGS Mineral Commodity Summaries 2026)"),
    "japan": N_("Japan: {figure}, each commodity by its own page and year (data/curated/japan_consumption.csv)"),
}
TRADED = {
    "us": N_("United States: {figure}, {year} (CEPII BACI)"),
    "japan": N_("Japan: {figure}, {year} (CEPII BACI)"),
}


def gap_basis(basis: GapBasis) -> str:
    """Return what the figure of a country's gap is, with year and source."""
    figure = w.word(GAPS, basis.how)
    sources = TRADED if basis.how == "trade" else GAP_SOURCES
    return figure if basis.how == "user" else _(sources[basis.desk]).format(figure=figure, year=basis.year)


def marks(line: Line) -> str:
    """Return how cost and outputs of a chosen project are known; outputs of which one is modelled are."""
    kinds = {output.tonnes.mark for output in line.outputs}
    made = next(kind for kind in MARKS_WORST_FIRST if kind in kinds)
    return f"{w.word(MARKS, line.cost.mark)} / {w.word(MARKS, made)}"


def ends(low: float, high: float) -> str:
    """Return P10 to P90 in percent."""
    return f"{number(low, 1)}–{number(high, 1)} %"
