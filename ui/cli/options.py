"""Options that several commands share, and the scenario that they say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from scoring.defaults import DEFAULT_METHOD, DEFAULT_STEP, SIDE_BY_SIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from scoring.ranking.scenario import Area, Scenario


Commodity = Annotated[
    str, typer.Option(help="Commodity of interest, for example neodymium; determines which grade is scored.")
]


Kind = Annotated[
    list[str] | None, typer.Option(help="mine, separation, refinery, derivative or recycling; repeat for several.")
]


Country = Annotated[
    list[str] | None, typer.Option(help="ISO 3166-1 alpha-3 code, for example AUS; repeat for several.")
]


Stage = Annotated[list[str] | None, typer.Option(help="Stage, for example feasibility; repeat for several.")]


PresetOption = Annotated[
    str, typer.Option("--preset", help="Weight preset, for example japan_desk; a wrong name lists them all.")
]


Weights = Annotated[
    str, typer.Option(help="Pillar weights, for example grade=30,permitting=25,infrastructure=25,ownership=20.")
]


OwnersClear = Annotated[
    bool,
    typer.Option(
        "--owners-clear",
        help="Only sites known to pass the rule of ownership: owners traced, no covered-nation holder.",
    ),
]


ProgrammeOption = Annotated[
    str, typer.Option("--programme", help="Only sites that this support programme does not exclude, such as exim_scri.")
]


OrderBy = Annotated[
    str,
    typer.Option(
        help="expected (unknowns as among peers), shrunk (known data, adjusted for completeness), worst or known."
    ),
]


MinCoverage = Annotated[float, typer.Option(min=0, max=1, help="Minimum share of the weight with values.")]


HideFailed = Annotated[bool, typer.Option("--hide-failed", help="Exclude sites that fail a gate.")]


AnyStake = Annotated[
    bool, typer.Option("--any-stake", help="Any stake of a covered-nation holder fails a site, not 25 % alone.")
]


UniverseOption = Annotated[
    str, typer.Option("--universe", help="projects (what support could bring to product) or all (every site).")
]


StepOption = Annotated[
    str,
    typer.Option(
        "--step",
        help="mines, processing, derivatives or recycling, ranked among their own; side-by-side compares all kinds on "
        "what they share. Of projects, mines where nothing is said.",
    ),
]


MethodOption = Annotated[str, typer.Option("--method", help="Aggregation method; `orebridge methods list` lists them.")]


AreaOption = Annotated[
    str,
    typer.Option(
        "--area", help="Only sites inside: west,south,east,north, a .geojson file, or the id of an imported layer."
    ),
]


Text = Annotated[
    str, typer.Option("--search", help="Only sites that this names: name, owner or metal, in English or Japanese.")
]


def build_scenario(
    preset: str,
    weights: str,
    commodity: str,
    kind: list[str] | None,
    country: list[str] | None,
    stage: list[str] | None,
    order_by: str,
    min_coverage: float,
    hide_failed: bool,
    search: str,
    method: str = DEFAULT_METHOD,
    area: str = "",
    *,
    any_stake: bool = False,
    owners_clear: bool = False,
    universe: str = "all",
    step: str = "",
    programme: str = "",
) -> Scenario:
    """Return the scenario that the options say.

    Raises
    ------
    ScenarioError
        If an option cannot be understood: which, and what is allowed.
    """
    from scoring.ranking.scenario import Filters, from_preset  # noqa: PLC0415

    _check_choices(kind or (), stage or (), country or ())
    shared_only = step == SIDE_BY_SIDE
    filters = Filters(
        universe=universe,
        step="" if shared_only else step,
        kinds=tuple(kind or ()),
        stages=tuple(stage or ()),
        countries=tuple(c.upper() for c in country or ()),
        min_coverage=min_coverage,
        gates_failed=not hide_failed,
        any_stake=any_stake,
        owners_clear=owners_clear,
        text=search,
        area=_area(area),
        programme=programme,
    )
    chosen = from_preset(
        preset,
        commodity=commodity.strip().lower(),
        filters=filters,
        order_by=order_by,
        method=method,
        shared_only=shared_only,
    )
    return replace(chosen, weights=parse_weights(weights)) if weights else chosen


def with_step(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> tuple[Scenario, str]:
    """Return the scenario with a step of the supply chain, and a sentence on it, where kinds would be ranked together.

    Of projects: mines, or the step with most of them where no mine passes the filters. The sentence says which, and
    what the others hold; it is empty where the scenario stays as it is.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`.
    scenario : Scenario
        As `build_scenario` returns it.
    """
    filters = scenario.filters
    if filters.universe != "projects" or filters.step or filters.kinds or scenario.shared_only:
        return scenario, ""
    from scoring.ranking.facets import filter_facets  # noqa: PLC0415

    counts = filter_facets(facts, scenario)["steps"]
    step = DEFAULT_STEP if counts.get(DEFAULT_STEP) or not counts else max(counts, key=lambda each: counts[each])
    held = ", ".join(f"{each} {count}" for each, count in counts.items()) or "none passes these filters"
    note = f"Projects, {step}; by step (--step): {held}. Every site: --universe all."
    return scenario.with_filters(step=step), note


def _check_choices(kinds: Sequence[str], stages: Sequence[str], countries: Sequence[str]) -> None:
    """Raise where a kind or stage is none of ours, or a country is no code."""
    from data.stages import STAGES  # noqa: PLC0415
    from data.vocabulary import KINDS  # noqa: PLC0415
    from scoring.errors import ScenarioError  # noqa: PLC0415

    for values, allowed, what in ((kinds, KINDS, "kind"), (stages, STAGES, "stage")):
        for value in values:
            if value not in allowed:
                raise ScenarioError(
                    "No {what} is called {value!r}; choose {allowed}.", what=what, value=value, allowed=allowed
                )
    for code in countries:
        if len(code) != 3 or not code.isalpha():
            raise ScenarioError("{code!r} is not an ISO 3166-1 alpha-3 code; write for example AUS.", code=code)


def _area(text: str) -> Area | None:
    """Return the area of interest that an option names; stderr says if its edge had to be simplified."""
    if not text:
        return None
    from workspace.area_input import area_of  # noqa: PLC0415

    area, moved_m = area_of(text)
    if moved_m:
        typer.echo(f"orebridge: the boundary of {area.name} was simplified by up to {moved_m:.0f} m.", err=True)
    return area


def parse_weights(text: str) -> dict[str, float]:
    """Return pillar weights from "grade=30,permitting=25"; pillars not named weigh 0.

    Raises
    ------
    ScenarioError
        If a part is not name=number, or a name stands twice.
    """
    from scoring.errors import ScenarioError  # noqa: PLC0415
    from scoring.ranking.scenario import weights_from  # noqa: PLC0415

    try:
        return weights_from(text)
    except ScenarioError as error:
        raise ScenarioError("--weights: {error}.", error=error) from error
