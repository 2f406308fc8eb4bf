"""What a prospectivity study says, as it is kept beside its files: cells, layers, evaluations, surveys, notices."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from geo.errors import Phrase, phrase_again
from scoring.prospectivity.curves import PredictionArea, ReliabilityBin
from scoring.prospectivity.errors import ProspectError
from scoring.prospectivity.evaluation import Capture, Estimate, Evaluation, FoldScore
from scoring.prospectivity.grid_store import write_whole
from scoring.prospectivity.mapping_value import Survey
from scoring.prospectivity.model_file import ModelFile

STUDY_FILE, SCORED = "study.json", "scored"
FORMAT = "orebridge-study-1"


@dataclass(frozen=True, slots=True)
class LayerUse:
    """An evidence layer as it was used.

    Attributes
    ----------
    id, title, title_ja, unit, layer, source_id : str
    known_share : float
        Share of the cells with data, 0..1.
    low, high : float
        Goalposts of membership 0 and 1.
    suggested : bool
        The goalposts are quantiles of the values, not the file's.
    """

    id: str
    title: str
    title_ja: str
    unit: str
    layer: str
    source_id: str
    known_share: float
    low: float
    high: float
    suggested: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the area in which a survey would change the map: its survey and its middle, EPSG:4326 degrees."""

    survey: Survey
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Study:
    """A prospectivity study.

    Attributes
    ----------
    model : ModelFile
        With everything that a mineral system added.
    data_version : str
    cells : int
    area_km2 : float
    deposits : str
        What counts as a known deposit, in words.
    listed, inside, deposit_cells : int
        Known deposits, those in the area, and the cells that hold them.
    learnt_from : int
        Cells that the model was fitted to.
    layers : tuple of LayerUse
    evaluations : tuple of Evaluation
        The model, then the baseline, on blocks, on provinces where asked, and on the random split.
    applicable_share : float
        Share of the area inside the area of applicability.
    surveys : tuple of Block
    top_share : float
        Share of the area that `surveys` are asked to change.
    notices : tuple of Phrase
    """

    model: ModelFile
    data_version: str
    cells: int
    area_km2: float
    deposits: str
    listed: int
    inside: int
    deposit_cells: int
    learnt_from: int
    layers: tuple[LayerUse, ...]
    evaluations: tuple[Evaluation, ...]
    applicable_share: float
    surveys: tuple[Block, ...]
    top_share: float
    notices: tuple[Phrase, ...]

    def evaluation(self, model: str, folds: str) -> Evaluation | None:
        """Return the evaluation of a model on a kind of folds; None where there is none.

        Parameters
        ----------
        model, folds : str
        """
        return next((each for each in self.evaluations if (each.model, each.folds) == (model, folds)), None)


def as_json(study: Study) -> dict[str, Any]:
    """Return a study as plain JSON types.

    Parameters
    ----------
    study : Study
    """
    plain = {field.name: getattr(study, field.name) for field in fields(study) if field.name not in _PHRASED}
    plain["model"] = study.model.model_dump(mode="json")
    plain["layers"] = [asdict(each) for each in study.layers]
    plain["surveys"] = [asdict(each) for each in study.surveys]
    plain["notices"] = [_told(each) for each in study.notices]
    plain["evaluations"] = [{**asdict(each), "notices": [_told(n) for n in each.notices]} for each in study.evaluations]
    return {"format": FORMAT, **plain}


_PHRASED = ("model", "layers", "surveys", "notices", "evaluations")


def _told(phrase: Phrase) -> dict[str, Any]:
    return {"text": str(phrase), "template": phrase.template, "fields": phrase.fields}


def save(folder: Path, study: Study) -> None:
    """Write a study into its folder.

    Parameters
    ----------
    folder : Path
    study : Study
    """
    text = json.dumps(as_json(study), ensure_ascii=False, indent=1, allow_nan=False)
    write_whole(folder / STUDY_FILE, lambda path: path.write_text(text, encoding="utf-8"))


def load(folder: Path) -> Study:
    """Return the study of a folder.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    ProspectError
        If there is none, or it was written by another version.
    """
    try:
        values = json.loads((folder / STUDY_FILE).read_text(encoding="utf-8"))
        if values.pop("format") != FORMAT:
            raise ValueError("format")
        return Study(
            **{
                **values,
                "model": ModelFile.model_validate(values["model"]),
                "layers": tuple(LayerUse(**each) for each in values["layers"]),
                "evaluations": tuple(_evaluation(each) for each in values["evaluations"]),
                "surveys": tuple(Block(Survey(**each.pop("survey")), **each) for each in values["surveys"]),
                "notices": tuple(_phrase(each) for each in values["notices"]),
            }
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ProspectError(
            "{folder} holds no study that can be read ({problem}); run `orebridge prospect` again.",
            folder=folder,
            problem=error,
        ) from error


def _phrase(values: dict[str, Any]) -> Phrase:
    return phrase_again(values["template"], values["fields"])


def _evaluation(values: dict[str, Any]) -> Evaluation:
    return Evaluation(
        **{
            **values,
            "roc_auc": Estimate(**values["roc_auc"]),
            "pr_auc": Estimate(**values["pr_auc"]),
            "captures": tuple(Capture(c["area_share"], Estimate(**c["captured"])) for c in values["captures"]),
            "success": tuple((x, y) for x, y in values["success"]),
            "prediction_area": PredictionArea(**values["prediction_area"]),
            "calibration": tuple(ReliabilityBin(**each) for each in values["calibration"]),
            "fold_scores": tuple(FoldScore(**each) for each in values["fold_scores"]),
            "notices": tuple(_phrase(each) for each in values["notices"]),
        }
    )
