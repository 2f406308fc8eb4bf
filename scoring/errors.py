"""Errors of the scoring floor, one class a cause."""

from __future__ import annotations

from geo.errors import OrebridgeError


class MillionUsd(float):
    """A sum in million USD as a field of a sentence; a Japanese page writes it in 億.

    Examples
    --------
    >>> f"{MillionUsd(1000)}"
    '1,000 million USD'
    """

    def __str__(self) -> str:
        """Return the sum with its unit, to ten digits."""
        return f"{float(self):,.10g} million USD"


class MethodError(OrebridgeError):
    """A matrix, weights or constants that a method cannot use."""


class EvidenceError(OrebridgeError):
    """A user-defined criterion that contradicts itself or does not suit its layer."""


class UnknownSiteError(OrebridgeError):
    """No site has that id."""

    def __init__(self, site: str, suggestions: list[str]) -> None:
        self.site, self.suggestions = site, suggestions
        if suggestions:
            super().__init__(
                "There is no site {site!r}; did you mean {suggestions}?", site=site, suggestions=suggestions
            )
        else:
            super().__init__("There is no site {site!r}; write its id or a part of its name.", site=site)


class CriteriaError(OrebridgeError):
    """A block of criteria.toml contradicts itself."""


class UnknownCompanyError(OrebridgeError):
    """No holding names that company."""

    def __init__(self, company: str, suggestions: list[str]) -> None:
        self.company, self.suggestions = company, suggestions
        if suggestions:
            super().__init__(
                "No holding names {company!r}; did you mean {suggestions}?", company=company, suggestions=suggestions
            )
        else:
            super().__init__("No holding names {company!r}; write a part of its name.", company=company)


class MilestoneError(OrebridgeError):
    """A permitting milestone with an unknown name or an impossible date."""


class ScenarioError(OrebridgeError):
    """A scenario, filter or weight that cannot be used for scoring."""


class SensitivityError(OrebridgeError):
    """A sensitivity question that has no exact solution."""


class LabelFileError(OrebridgeError):
    """A file of labels that cannot be read."""


class PortfolioError(OrebridgeError):
    """Limits, dates or figures of a portfolio that cannot be used, or that clash."""


class UnknownGapError(PortfolioError):
    """No commodity of the question has a known gap for the desk.

    Parameters
    ----------
    commodities : tuple of str
        Identifiers; a page writes them in the reader's language.
    desk : str
    """

    def __init__(self, commodities: tuple[str, ...], desk: str) -> None:
        self.commodities = commodities
        super().__init__(
            "The gap of {commodities} is not known for the desk {desk}; choose another desk, or enter it as gap_t_y.",
            commodities=commodities,
            desk=desk,
        )


class DepositLabelError(OrebridgeError):
    """Labels of known deposits that no model can be fitted to or tested on."""
