"""Findings of the app itself about an upload: how the reader's process ended, and whether the file is known already."""

from __future__ import annotations

from layers.contract import Severity

#: Code -> severity, message, cure; see `layers.findings.TEMPLATES`.
SANDBOX_TEMPLATES: dict[str, tuple[Severity, str, str]] = {
    "took_too_long": (
        "error",
        "Reading was ended after {seconds} seconds: the file is too large or built to keep a reader busy.",
        "Cut it to the area of interest or thin it out; save tables as CSV or GeoParquet, rasters as "
        "GeoTIFF with overviews.",
    ),
    "needed_too_much_memory": (
        "error",
        "Reading was ended: the file asks for more memory than an upload may have ({megabytes} MB were in use).",
        "Cut it to the area of interest or thin it out.",
    ),
    "wrote_too_much": (
        "error",
        "Reading was ended: the file unpacks to more than 2 GB.",
        "Cut it to the area of interest or thin it out.",
    ),
    "reader_ended": (
        "error",
        "The reader of uploads broke off at this file; it is damaged in a way that no library catches, "
        "or built to break one.",
        "Open it in the program that made it, and save it again as GeoPackage or GeoTIFF.",
    ),
    "cancelled": ("error", "Reading was cancelled.", "Upload the file again when you want it."),
    "not_isolated": (
        "warning",
        "This machine cannot shut the reader of uploads in, and whoever runs Orebridge here allows "
        "uploads all the same.",
        "Upload only files that you trust, or run Orebridge on Linux 5.13 or later.",
    ),
}
