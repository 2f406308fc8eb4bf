"""The scenario of a supply stop: which country stops how much of what, when and for how long. Computes nothing.

A scenario is a TOML file or a preset of ``response_presets.toml``. A key that is not known is refused, so that a typing
error never passes for a default.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, TypeVar, get_args

from data.vocabulary import commodity_ids
from geo.errors import Phrase
from scoring.supply.limits import MOST_STOCK_DAYS
from scoring.supply.response_errors import SupplyScenarioError

PRESETS_FILE = Path(__file__).with_name("response_presets.toml")
Desk = Literal["us", "japan", "joint"]
Stage = Literal["mine", "refining", "product"]
#: How far along a site must be to count as one that answers; each takes in those before it.
Readiness = Literal["operating", "construction", "feasibility", "all"]
DESKS: tuple[Desk, ...] = get_args(Desk)
STAGES: tuple[Stage, ...] = get_args(Stage)
READINESS: tuple[Readiness, ...] = get_args(Readiness)
#: Months that a scenario may show: ten years.
MOST_MONTHS = 120
MONTH_DAYS = 365 / 12
#: Cuts of one scenario: more than there are countries that lead anywhere.
MOST_CUTS = 40
TEXT = 400
SCENARIO_KEYS = frozenset(
    (
        *("title", "title_ja", "note", "note_ja", "commodity", "stage", "start", "horizon_months", "desk", "stages"),
        *("access_pct", "demand_t_y", "reliance_pct", "stock_days", "cut", "source"),
        *("country", "cut_pct", "months", "days", "delay_months", "share_pct", "exposure_pct", "share_source"),
    )
)
CUT_KEYS = frozenset(
    ("country", "cut_pct", "months", "days", "delay_months", "share_pct", "exposure_pct", "share_source")
)
_MONTH = re.compile(r"^(20\d\d)-(0[1-9]|1[0-2])$")
T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a preset was read: address, title, date, and what the page says of it, in a few words."""

    url: str
    title: str
    as_of: str
    says: str


@dataclass(frozen=True, slots=True)
class Cut:
    """What one country withholds.

    Attributes
    ----------
    country : str
        ISO 3166-1 alpha-3.
    cut_pct : float
        Share of what it delivers to the desk that does not arrive, 0 to 100.
    months : float
        How long, in months; a delay on the way of 14 days is 0.46.
    delay_months : float
        Months from the start of the scenario until this cut begins.
    share_pct : tuple of float or None
        Its share of world supply at the stage, low and high, in percent; None: as the market has it.
    exposure_pct : float or None
        Its share of the desk's demand, in percent, as the user knows it; None: reliance times share.
    share_source : str
        Where the share or exposure stands; empty: the user's.
    """

    country: str
    cut_pct: float
    months: float
    delay_months: float = 0.0
    share_pct: tuple[float, float] | None = None
    exposure_pct: float | None = None
    share_source: str = ""


@dataclass(frozen=True, slots=True)
class SupplyScenario:
    """A supply stop and how it is looked at.

    Attributes
    ----------
    id, title, title_ja, note, note_ja : str
        Words of the preset or file; empty: none.
    commodity : str
        Id of ``facts.commodity``.
    stage : {"mine", "refining", "product"}
    cuts : tuple of Cut
    start : str
        First month, ``2026-12``; empty: the month after the day of the facts.
    horizon_months : int
        Months that are shown.
    desk : {"us", "japan", "joint"}
        Whose demand.
    stages : {"operating", "construction", "feasibility", "all"}
        Which sites answer.
    access_pct : float
        Share of what those sites add that goes to the desk.
    demand_t_y : tuple of float or None
        The user's demand in tonnes a year, low and high; None: that of the facts.
    reliance_pct : float or None
        The user's net import reliance; None: that of the facts.
    stock_days : float
        A stock of so many days of demand, beside the stocks of a file.
    sources : tuple of Citation
    """

    commodity: str
    stage: Stage
    cuts: tuple[Cut, ...]
    id: str = ""
    title: str = ""
    title_ja: str = ""
    note: str = ""
    note_ja: str = ""
    start: str = ""
    horizon_months: int = 12
    desk: Desk = "us"
    stages: Readiness = "construction"
    access_pct: float = 100.0
    demand_t_y: tuple[float, float] | None = None
    reliance_pct: float | None = None
    stock_days: float = 0.0
    sources: tuple[Citation, ...] = ()

    def seen(
        self, desk: Desk | None = None, stages: Readiness | None = None, stock_days: float | None = None
    ) -> SupplyScenario:
        """Return the scenario for another desk, other stages or another stock; None: as it is.

        Parameters
        ----------
        desk : {"us", "japan", "joint"}, optional
        stages : {"operating", "construction", "feasibility", "all"}, optional
        stock_days : float, optional
            Days of demand in stock.
        """
        return replace(
            self,
            desk=desk or self.desk,
            stages=stages or self.stages,
            stock_days=self.stock_days if stock_days is None else checked_stock_days(stock_days),
        )


@dataclass(frozen=True, slots=True)
class StockTarget:
    """A published target of a national stock, in days of demand. Not a holding: those are not public."""

    id: str
    title: str
    title_ja: str
    days: float
    sources: tuple[Citation, ...]


@cache
def presets() -> Mapping[str, SupplyScenario]:
    """Return the presets by id, in the order of the file."""
    blocks = tomllib.loads(PRESETS_FILE.read_text(encoding="utf-8"))["preset"]
    return {name: replace(scenario_from(block, PRESETS_FILE.name), id=name) for name, block in blocks.items()}


def preset(name: str) -> SupplyScenario:
    """Return one preset.

    Parameters
    ----------
    name : str

    Raises
    ------
    SupplyScenarioError
        If there is none of that name.

    Examples
    --------
    >>> preset("drc_cobalt_quota").commodity
    'cobalt'
    """
    if name not in presets():
        raise SupplyScenarioError(
            "No scenario is called {name!r}; choose {names}.", name=name[:60], names=tuple(presets())
        )
    return presets()[name]


@cache
def stock_targets() -> Mapping[str, StockTarget]:
    """Return the published stock targets by id."""
    blocks = tomllib.loads(PRESETS_FILE.read_text(encoding="utf-8"))["stock_target"]
    return {
        name: StockTarget(name, block["title"], block["title_ja"], float(block["days"]), _citations(block, name))
        for name, block in blocks.items()
    }


def read_scenario(path: Path) -> SupplyScenario:
    """Return the scenario of a TOML file.

    Parameters
    ----------
    path : Path

    Raises
    ------
    SupplyScenarioError
        If the file cannot be read, or what it says cannot be used: what, and the cure.
    """
    if not path.exists():
        raise SupplyScenarioError(
            "There is no file {file}; write the path of a TOML file with a supply stop, or choose one with --preset.",
            file=path.name,
        )
    try:
        values = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SupplyScenarioError(
            '{file} cannot be read as TOML ({reason}); write lines such as commodity = "gallium".',
            file=path.name,
            reason=error,
        ) from error
    return replace(scenario_from(values, path.name), id=path.stem)


def scenario_from(values: Mapping[str, object], where: str) -> SupplyScenario:
    """Return the scenario that a mapping says: of a TOML file, a form or an address.

    Parameters
    ----------
    values : mapping of str to object
        As in `docs/methods/response.md`. One cut may stand in the mapping itself (``country``, ``cut_pct``,
        ``months``), several as tables ``[[cut]]``.
    where : str
        What is read, for the errors.

    Raises
    ------
    SupplyScenarioError
        Which value cannot be used, and what is allowed.

    Examples
    --------
    >>> told = {"commodity": "gallium", "stage": "refining", "country": "CHN", "cut_pct": 100, "months": 12}
    >>> scenario_from(told, "a form").cuts  # doctest: +ELLIPSIS
    (Cut(country='CHN', cut_pct=100.0, months=12.0, ...),)
    """
    _known_keys(values, SCENARIO_KEYS, where)
    commodity = commodity_id(_text(values, "commodity", where))
    stage = _choice(values, "stage", STAGES, where, None)
    cuts = _cuts(values, where)
    last = max(cut.delay_months + cut.months for cut in cuts)
    horizon = _number(values, "horizon_months", where, 1, MOST_MONTHS, min(max(math.ceil(last), 1), MOST_MONTHS))
    return SupplyScenario(
        commodity=commodity,
        stage=stage,
        cuts=cuts,
        title=_text(values, "title", where),
        title_ja=_text(values, "title_ja", where),
        note=_text(values, "note", where),
        note_ja=_text(values, "note_ja", where),
        start=_month(_text(values, "start", where), where),
        horizon_months=math.ceil(horizon),
        desk=_choice(values, "desk", DESKS, where, "us"),
        stages=_choice(values, "stages", READINESS, where, "construction"),
        access_pct=_number(values, "access_pct", where, 0, 100, 100.0),
        demand_t_y=_interval(values, "demand_t_y", where, 1e12),
        reliance_pct=_optional(values, "reliance_pct", where, 100),
        stock_days=_number(values, "stock_days", where, 0, MOST_STOCK_DAYS, 0.0),
        sources=_citations(values, where),
    )


def commodity_id(text: str) -> str:
    """Return the id of a commodity.

    Parameters
    ----------
    text : str
        As a file or form has it; case and spaces around it do not count.

    Raises
    ------
    SupplyScenarioError
        If it is none of ``facts.commodity``.
    """
    name = text.strip().lower()
    if name not in commodity_ids():
        raise SupplyScenarioError(
            "No commodity is called {commodity!r}; write a USGS name such as gallium or rare earths.",
            commodity=text[:60],
        )
    return name


def checked_stock_days(days: float) -> float:
    """Return days of demand in stock.

    Parameters
    ----------
    days : float

    Raises
    ------
    SupplyScenarioError
        If they are negative or more than ten years.
    """
    if not 0 <= days <= MOST_STOCK_DAYS:
        raise SupplyScenarioError(
            "A stock of {days} days cannot be; give 0 to {most} days of demand.", days=days, most=int(MOST_STOCK_DAYS)
        )
    return float(days)


def _cuts(values: Mapping[str, object], where: str) -> tuple[Cut, ...]:
    """Return the cuts: those of tables, or the one that stands in the mapping itself. Their order does not count."""
    tables = values.get("cut")
    own = {key: values[key] for key in CUT_KEYS if key in values}
    if tables is not None and own:
        raise SupplyScenarioError(
            "{where}: {keys} stand beside [[cut]]; put them into the table of a cut.", where=where, keys=sorted(own)
        )
    rows = tables if tables is not None else [own]
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not 1 <= len(rows) <= MOST_CUTS:
        raise SupplyScenarioError(
            "{where}: cut is no list of tables; write [[cut]] once for each country, {most} at the most.",
            where=where,
            most=MOST_CUTS,
        )
    cuts = tuple(sorted((_cut(row, where) for row in rows), key=lambda cut: (cut.country, cut.delay_months)))
    for earlier, later in pairwise(cuts):
        if earlier.country == later.country and later.delay_months < earlier.delay_months + earlier.months:
            raise SupplyScenarioError(
                "{where}: {country} is cut twice in the same months; put both into one cut.",
                where=where,
                country=later.country,
            )
    return cuts


def _cut(row: object, where: str) -> Cut:
    if not isinstance(row, Mapping):
        raise SupplyScenarioError("{where}: a cut is no table; write [[cut]] and its keys under it.", where=where)
    _known_keys(row, CUT_KEYS, where)
    if ("months" in row) == ("days" in row):
        raise SupplyScenarioError(
            "{where}: a cut lasts a number of months or of days; give one of the two.", where=where
        )
    days = _number(row, "days", where, 0, MOST_MONTHS * MONTH_DAYS, 0.0)
    months = days / MONTH_DAYS if "days" in row else _number(row, "months", where, 0, MOST_MONTHS, None)
    return Cut(
        _country(_text(row, "country", where), where),
        _number(row, "cut_pct", where, 0, 100, None),
        months,
        _number(row, "delay_months", where, 0, MOST_MONTHS, 0.0),
        _interval(row, "share_pct", where, 100),
        _optional(row, "exposure_pct", where, 100),
        _text(row, "share_source", where),
    )


def _known_keys(values: Mapping[str, object], known: frozenset[str], where: str) -> None:
    if unknown := sorted(set(values) - known):
        raise SupplyScenarioError(
            "{where}: {key!r} is not known; the keys are {keys}.",
            where=where,
            key=unknown[0][:60],
            keys=sorted(known),
        )


def _text(values: Mapping[str, object], key: str, where: str) -> str:
    text = values.get(key, "")
    if not isinstance(text, str) or len(text) > TEXT * 4:
        raise SupplyScenarioError("{where}: {key} is no text; put it in quotes.", where=where, key=key)
    return text.strip()


def _country(text: str, where: str) -> str:
    code = text.upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise SupplyScenarioError(
            "{where}: {code!r} is not an ISO 3166-1 alpha-3 code; write for example CHN.", where=where, code=text[:60]
        )
    return code


def _month(text: str, where: str) -> str:
    if text and not _MONTH.match(text):
        raise SupplyScenarioError(
            "{where}: start {text!r} is no month; write it as 2026-12.", where=where, text=text[:60]
        )
    return text


def _choice(values: Mapping[str, object], key: str, allowed: tuple[T, ...], where: str, default: T | None) -> T:
    chosen = values.get(key, default)
    for each in allowed:
        if chosen == each:
            return each
    raise SupplyScenarioError(
        "{where}: {key} {value!r} is not known; choose {allowed}.",
        where=where,
        key=key,
        value=Phrase("nothing") if chosen is None else str(chosen)[:60],
        allowed=allowed,
    )


def _number(
    values: Mapping[str, object], key: str, where: str, low: float, high: float, default: float | None
) -> float:
    value = values.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise SupplyScenarioError(
            "{where}: {key} {value} cannot be used; write a number from {low} to {high}.",
            where=where,
            key=key,
            value=Phrase("is missing and") if value is None else str(value)[:60],
            low=f"{low:g}",
            high=f"{high:g}",
        )
    return float(value)


def _optional(values: Mapping[str, object], key: str, where: str, high: float) -> float | None:
    return _number(values, key, where, 0, high, None) if key in values else None


def _interval(values: Mapping[str, object], key: str, where: str, high: float) -> tuple[float, float] | None:
    """Return a number as an interval of no width, and a list of two as low and high."""
    if key not in values:
        return None
    value = values[key]
    ends = value if isinstance(value, list | tuple) else [value, value]
    if len(ends) != 2:
        raise SupplyScenarioError(
            "{where}: {key} has {n} numbers; write one, or low and high as [10, 20].", where=where, key=key, n=len(ends)
        )
    low, top = (_number({key: end}, key, where, 0, high, None) for end in ends)
    if low > top:
        raise SupplyScenarioError(
            "{where}: {key} runs from {low} down to {high}; write low first.",
            where=where,
            key=key,
            low=f"{low:g}",
            high=f"{top:g}",
        )
    return low, top


def _citations(values: Mapping[str, object], where: str) -> tuple[Citation, ...]:
    rows = values.get("source", [])
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not all(isinstance(row, Mapping) for row in rows):
        raise SupplyScenarioError("{where}: source is no list of tables; write [[source]] once a page.", where=where)
    return tuple(Citation(*(_text(row, key, where) for key in ("url", "title", "as_of", "says"))) for row in rows)
