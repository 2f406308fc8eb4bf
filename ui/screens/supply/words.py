"""Words of the market figures: stages of the chain, figures, what a printed cell is, and intervals as text."""

from __future__ import annotations

from scoring.supply.concentration import Interval
from scoring.supply.metrics import Metric
from scoring.supply.vulnerability import Cell
from ui.text import vocabulary as w
from ui.text.i18n import _, fixed, number
from ui.text.vocabulary import N_

CHAIN = {
    "mine": N_("Mining"),
    "intermediate": N_("Intermediate"),
    "refined": N_("Refining"),
    "metal": N_("Metals"),
    "product": N_("Derivative"),
}
FIGURES = {
    "production": N_("Production"),
    "capacity": N_("Capacity"),
    "reserves": N_("Reserves"),
    "consumption": N_("Consumption"),
    "imports": N_("Imports"),
    "exports": N_("Exports"),
    "net_import_reliance": N_("Net import reliance"),
    "us_import_source_share": N_("Share of US imports"),
    "supply_share": N_("Share of world supply"),
    "demand": N_("Demand"),
    "eu_supply_risk": N_("Supply risk (EU, 1 and more: high)"),
    "eu_economic_importance": N_("Economic importance (EU, 2.8 and more: high)"),
}
CELL_STATUS = {
    "number": "",
    "range": N_("range"),
    "less than": N_("upper bound"),
    "more than": N_("lower bound"),
    "withheld": N_("withheld"),
    "not available": N_("not available"),
    "net exporter": N_("net exporter"),
}
RELIANCE_STATUS = {
    "printed": N_("as printed by USGS"),
    "stated": N_("stated by a source"),
    "modelled": N_("modelled"),
    "own": N_("yours"),
    "unknown": N_("unknown"),
}
OWN_FIGURES = {
    "import_share": N_("Share of imports"),
    "net_import_reliance": N_("Net import reliance"),
    "demand": N_("Demand"),
    "production": N_("Production"),
    "capacity": N_("Capacity"),
    "stock": N_("Stock"),
    "price": N_("Price"),
}
#: What a market figure counts, where it is no chemical formula (Cu, TiO2, REO), which is written alike everywhere.
COUNTED = {
    "alumina": N_("alumina"),
    "apparent consumption": N_("apparent consumption"),
    "barite": N_("barite"),
    "battery-grade graphite": N_("battery-grade graphite"),
    "bauxite, dry": N_("bauxite, dry"),
    "element, clean energy technologies": N_("element, clean energy technologies"),
    "fluorspar": N_("fluorspar"),
    "grade basis": N_("grade basis"),
    "graphite": N_("graphite"),
    "imports": N_("imports"),
    "index": N_("index"),
    "magnet rare earths (Nd, Pr, Dy, Tb)": N_("magnet rare earths (Nd, Pr, Dy, Tb)"),
    "natural graphite": N_("natural graphite"),
    "titanium sponge": N_("titanium sponge"),
    "TiO2 pigment": N_("TiO2 pigment"),
    "world supply, EU assessment 2023, average 2016 to 2020": N_(
        "world supply, EU assessment 2023, average of 2016 to 2020"
    ),
}
PRINTED = "printed"
AREAS = {"world": N_("World"), "other": N_("Other countries (residual)"), "EUU": N_("European Union")}


def area(code: str) -> str:
    """Return the name of a country or of the world."""
    return w.word(AREAS, code) if code in AREAS else w.nation(code)


def counted(basis: str) -> str:
    """Return what a market figure counts, in words; a chemical formula as it is."""
    return w.word(COUNTED, basis) if basis in COUNTED else basis


def interval(ends: Interval | None, unit: str = "") -> str:
    """Return an interval as text; a question mark for unknown."""
    if ends is None:
        return "?"
    low, high = _end(ends.low, unit), _end(ends.high, unit)
    return low if low == high else f"{low}–{high}"


def _end(value: float, unit: str) -> str:
    if unit == "%":
        return number(value, 1 if value % 1 and value < 99.95 else 0)
    return number(value, 0) if value >= 10 else fixed(value, 2)


#: Behind a reliance that USGS does not print.
NOT_PRINTED = " *"
#: Behind what a figure of the user counts in.
OWN_MARK = " †"


def shown(metric: Metric, cell: Cell | None) -> str:
    """Return what a cell of the grid says: the interval, a net exporter, or a question mark.

    A star stands behind a reliance that is stated by another source or modelled, a dagger where figures of the user
    count.
    """
    ends = metric.of(cell) if cell else None
    if cell is None or ends is None:
        return "?"
    if metric.counts:
        return number(ends.low, 0)
    mark = OWN_MARK if cell.own else ""
    if ends is not cell.reliance.percent:
        return interval(ends, metric.unit) + mark
    text = _("exporter") if cell.reliance.net_exporter else interval(ends, metric.unit)
    return text + (mark or ("" if cell.reliance.status == PRINTED else NOT_PRINTED))
