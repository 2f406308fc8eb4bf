"""Values of legends are short."""

from __future__ import annotations

from layers.catalog import load_catalog, rounded


def test_no_legend_of_a_layer_has_more_than_three_digits_after_zeros() -> None:
    labels = [entry.label for layer in load_catalog().values() if layer.kind == "raster" for entry in layer.legend]
    assert labels
    numbers = [label.split(" ")[0].lstrip("-") for label in labels]
    digits = [len(each.replace(".", "").lstrip("0")) for each in numbers if "." in each and "e" not in each]
    assert max(digits, default=0) <= 3
    assert rounded(0.0009561374) == "0.000956"
