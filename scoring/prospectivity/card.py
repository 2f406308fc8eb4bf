"""The model card of a study: what it is, what it rests on, how it was tested and what it must not be read as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from data.sources import Source
from scoring.prospectivity.evaluation import Estimate, Evaluation
from scoring.prospectivity.models import BASELINE, MODELS
from scoring.prospectivity.study import Study


def model_card(study: Study, sources: Mapping[str, Source]) -> str:
    """Return the card as Markdown, in English.

    Parameters
    ----------
    study : Study
    sources : mapping of str to Source
        The register of sources, the user's layers among them.
    """
    return "\n".join(_lines(study, sources)) + "\n"


def _lines(study: Study, sources: Mapping[str, Source]) -> Iterator[str]:
    model = study.model
    yield f"# {model.title}"
    yield ""
    yield f"Prospectivity for {study.deposits}. Method: {MODELS[model.method.name].title}; seed {model.seed}."
    yield f"Grid: {study.cells:,} cells, {study.area_km2:,.0f} km2 ({_grid(study)}). Data version {study.data_version}."
    yield (
        f"Known deposits: {study.listed:,}, of which {study.inside:,} lie in the area, in {study.deposit_cells:,} "
        f"cells. Fitted to {study.learnt_from:,} cells. Area of applicability: {study.applicable_share:.0%}."
    )
    yield ""
    yield "The score orders cells; it is no probability of a deposit unless the method says so. A cell without a known"
    yield "deposit is unlabelled, not barren. Figures of a random split leak and stand only beside the honest ones."
    yield ""
    yield "## Evidence"
    yield ""
    yield "| layer | measure | unit | data in | goalposts | source |"
    yield "|---|---|---|---|---|---|"
    for use, asked in zip(study.layers, model.evidence, strict=True):
        posts = f"{use.low:g} to {use.high:g}{' (suggested)' if use.suggested else ''}"
        source = sources.get(use.source_id)
        said = f"{source.title}, {source.licence}" if source else use.source_id
        yield f"| {use.title} | {asked.measure} | {use.unit} | {use.known_share:.0%} | {posts} | {said} |"
    yield ""
    yield "## Tested on ground that was held out"
    yield ""
    yield "| model | folds | ROC AUC (90 %) | PR AUC (chance) | deposits in 1 / 5 / 10 % of the area |"
    yield "|---|---|---|---|---|"
    for each in study.evaluations:
        yield _evaluation(each)
    yield ""
    for notice in study.notices:
        yield f"- {notice}"


def _grid(study: Study) -> str:
    grid = study.model.grid
    return f"H3 resolution {grid.resolution}" if grid.kind == "h3" else f"{grid.cell_km:g} km in {grid.crs}"


def _evaluation(each: Evaluation) -> str:
    title = f"{MODELS[each.model].title}{' (baseline)' if each.model == BASELINE else ''}"
    folds = f"{each.folds}{' (leaky)' if each.leaky else ''}"
    captured = {capture.area_share: capture.captured.value for capture in each.captures}
    shares = " / ".join("?" if captured.get(x) is None else f"{captured[x]:.0%}" for x in (0.01, 0.05, 0.1))
    precision = f"{_figure(each.pr_auc)} ({each.chance_pr_auc:.3f})"
    return f"| {title} | {folds} | {_interval(each.roc_auc)} | {precision} | {shares} |"


def _interval(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return _figure(estimate)
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _figure(estimate: Estimate) -> str:
    return "?" if estimate.value is None else f"{estimate.value:.3f}"
