"""Reports and provenance as plain values, for the command line, the screens and exports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from data.user_layers import UserLayer
from layers import findings
from layers.contract import Finding, LayerReport, Report


def as_values(status: str, report: Report | None, added: dict[str, str], error: str = "") -> dict[str, Any]:
    """Return the answer of `orebridge layers add` as plain values.

    Parameters
    ----------
    status : str
        ``ok``, ``needs_input`` or ``refused``.
    report : Report or None
        None where the file was not read at all.
    added : dict of str to str
        Name and kind of an imported layer -> its id.
    error : str
        Why nothing was read or imported, as one sentence with its cure.
    """
    findings = [] if report is None else list(report.findings)
    rows = [finding_values(finding) for finding in findings]
    if error:
        refused: dict[str, Any] = {
            "code": "refused" if status == "refused" else "sites_question",
            "severity": "error" if status == "refused" else "ask",
            "row": None,
            "layer": "",
            "message": error,
            "cure": "",
            "actions": [],
        }
        rows.append(refused)
    return {
        "status": status,
        "format": report.format if report else "",
        "layers": [
            layer_values(layer, added.get(layer.name + layer.kind, "")) for layer in (report.layers if report else ())
        ],
        "findings": rows,
    }


def finding_values(finding: Finding) -> dict[str, Any]:
    """Return a finding with its sentences, in English.

    Parameters
    ----------
    finding : Finding
        Code of the sentence and what it speaks of.
    """
    return {
        "code": finding.code,
        "severity": findings.severity(finding),
        "row": finding.row,
        "layer": finding.layer,
        "message": findings.message(finding),
        "cure": findings.cure(finding),
        "actions": list(finding.actions),
    }


def layer_values(layer: LayerReport, layer_id: str) -> dict[str, Any]:
    """Return a layer of a report without its preview.

    Parameters
    ----------
    layer : LayerReport
        What the reader says of a layer.
    layer_id : str
        Id of the layer in the store.
    """
    return {
        "name": layer.name,
        "layer_id": layer_id,
        "kind": layer.kind,
        "features": layer.features,
        "crs": layer.crs,
        "crs_reason": layer.crs_reason,
        "crs_accuracy_m": layer.crs_accuracy_m,
        "bounds": None if layer.bounds is None else list(layer.bounds),
        "source_bounds": None if layer.source_bounds is None else list(layer.source_bounds),
        "columns": [
            {
                "name": c.name,
                "type": c.type,
                "unit": c.unit,
                "suggested_unit": c.suggested_unit,
                "known": c.known,
                "low": c.low,
                "high": c.high,
            }
            for c in layer.columns
        ],
        "candidates": [
            {"crs": c.crs, "name": c.name, "place": c.place, "lon": c.lon, "lat": c.lat} for c in layer.candidates
        ],
        "transformations": list(layer.transformations),
    }


def provenance(layer: UserLayer) -> dict[str, Any]:
    """Return the provenance of a layer: who imported it, from which file, its georeferencing and its processing.

    Parameters
    ----------
    layer : UserLayer
        What the reader says of a layer.
    """
    return {
        "layer_id": layer.layer_id,
        "name": layer.name,
        "role": layer.role,
        "kind": layer.kind,
        "features": layer.features,
        "bounds": list(layer.bounds),
        "crs": layer.crs,
        "crs_reason": layer.crs_reason,
        "crs_accuracy_m": layer.crs_accuracy_m,
        "columns": [f"{c['name']} ({c['type']}{', ' + c['unit'] if c['unit'] else ''})" for c in layer.columns],
        "file": layer.file_name,
        "file_sha256": layer.file_sha256,
        "file_bytes": layer.file_bytes,
        "layer_of_file": layer.source_layer,
        "licence": layer.licence or "not stated",
        "source_url": layer.source_url,
        "source_date": layer.source_date,
        "confidentiality": layer.confidentiality,
        "note": layer.note,
        "imported_by": layer.imported_by,
        "imported_at": layer.imported_at.isoformat(timespec="seconds"),
        "transformations": list(layer.transformations),
        "findings": [f"{row['code']}: {row['message']}" for row in _findings(layer.findings)],
    }


def _findings(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        finding_values(Finding(**{**row, "actions": tuple(row["actions"])}))
        for row in rows
        if row["code"] in findings.TEMPLATES
    ]
