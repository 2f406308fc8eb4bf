"""Findings of the app itself about an upload: how the reader's process ended, and whether the file is known already."""

from __future__ import annotations

from layers.contract import Severity

#: Code -> severity, message, cure; see `layers.findings.TEMPLATES`.
SANDBOX_TEMPLATES: dict[str, tuple[Severity, str, str]] = {
    "took_too_long": (
        "error",
        "Reading was stopped after {seconds} seconds: the file is too large, or built to keep the reader busy.",
        "Clip it to the area of interest or thin it out; save tables as CSV or GeoParquet, rasters "
        "as GeoTIFF with overviews.",
    ),
    "needed_too_much_memory": (
        "error",
        "Reading was stopped: the file needs more memory than an upload may use ({megabytes} MB were in use).",
        "Clip it to the area of interest or thin it out.",
    ),
    "wrote_too_much": (
        "error",
        "Reading was stopped: the file unpacks to more than 2 GB.",
        "Clip it to the area of interest or thin it out.",
    ),
    "reader_ended": (
        "error",
        "The upload reader crashed on this file: it is damaged in a way that no library detects, or "
        "built to crash one.",
        "Open it in the program that made it and save it again as GeoPackage or GeoTIFF.",
    ),
    "cancelled": ("error", "Reading was cancelled.", "Upload the file again when you need it."),
    "not_isolated": (
        "warning",
        "This machine cannot isolate the upload reader, but whoever runs Orebridge here allows uploads anyway.",
        "Upload only files you trust, or run Orebridge on Linux 5.13 or later.",
    ),
}
