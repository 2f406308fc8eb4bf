"""What the scoring floor says to its user: one class a cause."""

from __future__ import annotations

from geo.errors import OrebridgeError


class MethodError(OrebridgeError):
    """A matrix, weights or constants that a method cannot take."""


class EvidenceError(OrebridgeError):
    """A layer cannot be measured as is asked."""


class UnknownSiteError(OrebridgeError):
    """No site has that id."""

    def __init__(self, asked: str, near: list[str]) -> None:
        self.asked, self.near = asked, near
        if near:
            super().__init__("There is no site {site!r}; did you mean {near}?", site=asked, near=near)
        else:
            super().__init__("There is no site {site!r}; `orebridge rank` lists the ids.", site=asked)


class CriteriaError(OrebridgeError):
    """A block of the criteria file contradicts itself."""


class UnknownCompanyError(OrebridgeError):
    """No holding names that company."""

    def __init__(self, asked: str, near: list[str]) -> None:
        self.asked, self.near = asked, near
        if near:
            super().__init__("No holding names {company!r}; did you mean {near}?", company=asked, near=near)
        else:
            super().__init__("No holding names {company!r}; write a part of its name.", company=asked)


class MilestoneError(OrebridgeError):
    """A milestone that cannot be: which, and what would be possible."""


class ScenarioError(OrebridgeError):
    """A choice that cannot be scored."""


class SensitivityError(OrebridgeError):
    """What was asked cannot be solved exactly."""


class LabelFileError(OrebridgeError):
    """A file of labels that cannot be read."""
