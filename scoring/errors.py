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
        hint = f"did you mean {', '.join(near)}?" if near else "`orebridge rank` lists the ids."
        super().__init__(f"There is no site {asked!r}; {hint}")


class CriteriaError(OrebridgeError):
    """A block of the criteria file contradicts itself."""


class UnknownCompanyError(OrebridgeError):
    """No holding names that company."""

    def __init__(self, asked: str, near: list[str]) -> None:
        self.asked, self.near = asked, near
        super().__init__(
            f"No holding names {asked!r}; "
            + (f"did you mean {', '.join(near)}?" if near else "write a part of its name.")
        )


class MilestoneError(OrebridgeError):
    """A milestone that cannot be: which, and what would be possible."""


class ScenarioError(OrebridgeError):
    """A choice that cannot be scored."""


class SensitivityError(OrebridgeError):
    """What was asked cannot be solved exactly."""


class LabelFileError(OrebridgeError):
    """A file of labels that cannot be read.

    Parameters
    ----------
    where : str
        Name of the file.
    found, cure : str
        What is wrong and what helps.
    """

    def __init__(self, where: str, found: str, cure: str) -> None:
        self.where, self.found, self.cure = where, found, cure
        super().__init__(f"{where} {found}; {cure}.")
