"""Errors of prospectivity mapping, one class a cause."""

from __future__ import annotations

from geo.errors import OrebridgeError


class ModelFileError(OrebridgeError):
    """A model file that cannot be read, or whose parts contradict each other."""


class ProspectError(OrebridgeError):
    """A question that the evidence cannot answer: no labels, one class only, no evidence, nothing measured."""


class ProspectCancelledError(OrebridgeError):
    """The work was stopped by the user; what was measured is kept and the same command goes on from there."""
