"""What is asked of a supply stop: a preset, a stop of one's own, or a file; the desk, the sites and the stock."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from scoring.supply.limits import MOST_STOCK_DAYS, MOST_TABLE_MB
from scoring.supply.response_errors import SupplyScenarioError
from scoring.supply.response_scenario import (
    DESKS,
    READINESS,
    STAGES,
    Readiness,
    SupplyScenario,
    preset,
    presets,
    scenario_from,
    stock_targets,
)
from scoring.supply.stock import Stock, stocks_from
from ui.page_address import Choice, number_of, one_of, take, within
from ui.panels.number_field import number_field
from ui.text import response_words as words
from ui.text import vocabulary as w
from ui.text.i18n import _, either
from workspace import reference

#: Where the stop comes from.
LISTED, OWN, FILE = "listed", "own", "file"
PAGE = "response"
#: Fields that are empty until the reader knows better than the facts.
FIGURES = ("share", "demand", "imported")


def choices() -> tuple[Choice, ...]:
    """Return the choices of a stop that the address carries; files are not in it."""
    commodities, countries = reference.commodity_names(), reference.country_codes()
    return (
        one_of("response_from", "from", (LISTED, OWN), LISTED),
        one_of("response_preset", "stop", presets(), next(iter(presets()))),
        one_of("response_commodity", "metal", commodities, "gallium"),
        one_of("response_stage", "at", STAGES, list(STAGES)[1]),
        one_of("response_country", "by", countries, "CHN"),
        number_of("response_cut", "cut", 100.0, 0.0, 100.0),
        number_of("response_months", "months", 12, 1, 120, whole=True),
        number_of("response_share", "share", None, 0.0, 100.0),
        number_of("response_demand", "demand", None, 0.0, 1e12),
        number_of("response_reliance", "imported", None, 0.0, 100.0),
        number_of("response_days", "days", 0.0, 0.0, MOST_STOCK_DAYS),
    )


def of_scenario(scenario: SupplyScenario) -> tuple[Choice, ...]:
    """Return whose demand and which sites are asked for: what the stop itself says comes first."""
    return (
        one_of(f"response_desk_{scenario.id}", "whose", DESKS, scenario.desk),
        one_of("response_stages", "sites", READINESS, scenario.stages),
    )


def asked() -> tuple[SupplyScenario, tuple[Choice, ...]] | None:
    """Draw the controls; return the scenario that they say, and what the address says of it beside `choices`.

    None: a file is still to be chosen.

    Raises
    ------
    SupplyScenarioError
        If what is entered cannot be used.
    """
    whence = {LISTED: _("From the list"), OWN: _("My own"), FILE: _("TOML file")}
    chosen = st.segmented_control(
        _("Stop"), list(whence), key="response_from", format_func=whence.__getitem__, required=True
    )
    scenario = {LISTED: _listed, OWN: _own, FILE: _file}[chosen or LISTED]()
    if scenario is None:
        return None
    asks = of_scenario(scenario)
    take(f"{PAGE} {scenario.id}", asks)
    one, two = st.columns([3, 2], gap="medium")
    with one:
        desk = st.segmented_control(
            _("Whose demand"),
            list(DESKS),
            key=asks[0].key,
            format_func=lambda key: w.word(words.DESK_WORDS, key),
            required=True,
        )
    days = _stock_days(two)
    stages = stages_choice(asks[1].key, _("Which sites answer"))
    return scenario.seen(desk, stages, days), asks


def stages_choice(key: str, title: str) -> Readiness:
    """Draw the switch of the stages of sites; return which count."""
    chosen = st.segmented_control(
        title,
        list(READINESS),
        key=key,
        format_func=lambda each: w.word(words.READINESS_WORDS, each),
        required=True,
    )
    return chosen or READINESS[-1]


def own_stocks(key: str) -> dict[str, Stock]:
    """Draw the upload of stocks and return them by commodity; nothing without a file.

    Raises
    ------
    SupplyTableError
        If the file cannot be used.
    """
    with st.expander(_("My stocks (CSV)")):
        st.caption(_("Columns commodity, quantity, unit (t, kg, lb, kt, or days of demand). It is not kept."))
        file = st.file_uploader(
            _("Stocks"), type="csv", key=key, label_visibility="collapsed", max_upload_size=MOST_TABLE_MB
        )
    return stocks_from(file.name, file.getvalue()) if file else {}


def commodity_choice(key: str, first: str) -> str:
    """Draw a choice of a commodity and return its id."""
    names = list(reference.commodity_names())
    return str(st.selectbox(_("Commodity"), names, key=key, format_func=w.commodity) or first)


def _listed() -> SupplyScenario:
    names = list(presets())
    chosen = st.selectbox(
        _("Stop of the list"),
        names,
        key="response_preset",
        format_func=lambda name: words.title(presets()[name]),
        label_visibility="collapsed",
    )
    return preset(str(chosen or names[0]))


def _own() -> SupplyScenario:
    """Draw the form of a stop of one's own; an empty field leaves the figure of the facts."""
    one, two, three, four, five = st.columns([3, 3, 3, 2, 2], gap="small")
    with one:
        commodity = commodity_choice("response_commodity", "gallium")
    with two:
        stage = st.selectbox(
            _("Stage of the chain"),
            list(STAGES),
            key="response_stage",
            format_func=lambda key: w.word(words.STAGE_WORDS, key),
        )
    with three:
        codes = sorted(reference.country_codes(), key=w.nation)
        country = st.selectbox(_("Country"), codes, key="response_country", format_func=w.nation)
    asks = {choice.name: choice for choice in choices()}
    cut = number_field(four, _("Cut, %"), asks["cut"], step=5.0, format="%.0f")
    months = number_field(five, _("Months"), asks["months"])
    six, seven, eight = st.columns(3, gap="small")
    empty: dict[str, Any] = {"value": None, "placeholder": _("as in the facts")}
    share = number_field(six, _("Its share of world supply, %"), asks["share"], **empty)
    demand = number_field(seven, _("Demand of the desk, t a year"), asks["demand"], **empty)
    reliance = number_field(eight, _("Imported part of the demand, %"), asks["imported"], **empty)
    if not within(list(asks.values())):  # the page says so and answers nothing; the rest of the form stays
        cut, months, share, demand, reliance = (asks[name].first for name in ("cut", "months", *FIGURES))
    told = {"share_pct": share, "demand_t_y": demand, "reliance_pct": reliance}
    values = {"commodity": commodity, "stage": stage, "country": country, "cut_pct": cut, "months": months}
    return replace(
        scenario_from({**values, **{key: value for key, value in told.items() if value is not None}}, _("form")),
        id="own",
    )


def _file() -> SupplyScenario | None:
    file = st.file_uploader(
        _("TOML file"), type="toml", key="response_file", label_visibility="collapsed", max_upload_size=MOST_TABLE_MB
    )
    if file is None:
        st.caption(_('A file such as `commodity = "gallium"`, one key a line; Method & data has the keys.'))
        return None
    try:
        values = tomllib.loads(file.getvalue().decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SupplyScenarioError(
            '{file} cannot be read as TOML ({reason}); write lines such as commodity = "gallium".',
            file=file.name,
            reason=error,
        ) from error
    return replace(scenario_from(values, file.name), id="file")


def _stock_days(place: DeltaGenerator) -> float:
    """Draw the days of stock with the published targets beside it, and return the days."""
    targets = stock_targets()
    days = number_field(
        place,
        _("Stock, days of demand"),
        next(choice for choice in choices() if choice.name == "days"),
        step=10.0,
        format="%.0f",
        help=" ".join(f"{either(each.title, each.title_ja)}." for each in targets.values())
        + " "
        + _("Real holdings are not public."),
    )
    return float(days)
