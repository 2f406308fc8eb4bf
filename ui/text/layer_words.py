"""Words of the provenance of own layers, by key of `layers.reports.provenance`; files and the API keep the keys."""

from __future__ import annotations

from ui.text.vocabulary import N_

PROVENANCE = {
    "layer_id": N_("Id of the layer"),
    "name": N_("Title"),
    "role": N_("Use as"),
    "kind": N_("Kind"),
    "features": N_("Features"),
    "bounds": N_("West, south, east, north"),
    "crs": N_("Coordinate system"),
    "crs_reason": N_("Reason for the coordinate system"),
    "crs_accuracy_m": N_("Accuracy of the coordinates, m"),
    "columns": N_("Columns"),
    "file": N_("File"),
    "file_sha256": N_("SHA-256 of the file"),
    "file_bytes": N_("Bytes of the file"),
    "layer_of_file": N_("Layer in the file"),
    "licence": N_("Licence"),
    "source_url": N_("Source (URL)"),
    "source_date": N_("Data date"),
    "confidentiality": N_("Confidentiality"),
    "note": N_("Note"),
    "imported_by": N_("Imported by"),
    "imported_at": N_("Imported at"),
    "transformations": N_("What was done to it"),
    "findings": N_("Findings"),
}
