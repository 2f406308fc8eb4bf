"""What a source says of PRC customers and technology, in words: the few forms that the ledger writes."""

from __future__ import annotations

import re

from ui.text import vocabulary as w
from ui.text.i18n import _
from ui.text.vocabulary import N_

_DATED = re.compile(r"(?P<said>.+) \((?P<day>\d{4}(?:-\d\d){0,2})\)")
#: Forms of the ledger -> what a reader sees; `scoring/measures/prc_gates.sql` judges by the same first words.
_FORMS = (
    (re.compile(r"sells to (?P<whom>.+)"), N_("sells to {whom}")),
    (re.compile(r"sold to (?P<whom>.+), ended (?P<end>[\d-]+)"), N_("sold to {whom}, ended {end}")),
    (re.compile(r"letter of intent with (?P<whom>.+)"), N_("letter of intent with {whom}")),
    (
        re.compile(r"uses a concentrator financed, built and run by (?P<whom>.+)"),
        N_("uses a concentrator financed, built and run by {whom}"),
    ),
    (re.compile(r"uses (?P<what>.+?) of (?P<whom>.+)"), N_("uses {what} of {whom}")),
    (re.compile(r"none stated by the operator"), N_("none stated by the operator")),
    (re.compile(r"none: licence of (?P<whom>.+)"), N_("none: licence of {whom}")),
)
#: Parties and services that the ledger describes rather than names.
_DESCRIBED = {
    "Kanto Denka Kogyo of Japan": N_("Kanto Denka Kogyo of Japan"),
    "technology": N_("technology"),
    "Chinese processors": N_("Chinese processors"),
    "unnamed Chinese separators": N_("unnamed Chinese separators"),
    "unnamed separator in China": N_("an unnamed separator in China"),
    "unnamed Chinese smelters": N_("unnamed Chinese smelters"),
    "Nandan Nanfang smelter": N_("the Nandan Nanfang smelter"),
    "unnamed buyers in China": N_("unnamed buyers in China"),
    "unnamed Chinese customers": N_("unnamed Chinese customers"),
    "unnamed Chinese anode-graphite processor": N_("an unnamed Chinese processor of anode graphite"),
    "demonstration plant fabricated in China": N_("a demonstration plant fabricated in China"),
    "demonstration plant technology and equipment package": N_("demonstration plant technology and equipment"),
    "engineering": N_("engineering"),
    "know-how": N_("know-how"),
    "direct lithium extraction": N_("direct lithium extraction"),
    "process and equipment": N_("process and equipment"),
    "feasibility-study process plant engineering": N_("process plant engineering of the feasibility study"),
    "pilot plant runs and front-end engineering design": N_("pilot plant runs and front-end engineering design"),
    "spheronized-graphite plant and process": N_("plant and process for spheronized graphite"),
}


def prc_answer(target: str) -> str:
    """Return an answer with the month or day as of which its source says so.

    Parameters
    ----------
    target : str
        Of `scoring/measures/prc_gates.sql`: words of the ledger and, in brackets, their date. Words of another form are
        returned as they are.

    Examples
    --------
    >>> prc_answer("sold to Ganfeng, ended 2025 (2025-06)")
    'sold to Ganfeng, ended 2025; stated 2025-06'
    >>> prc_answer("ships to a broker (2025)")
    'ships to a broker; stated 2025'
    """
    dated = _DATED.fullmatch(target)
    if dated is None:
        return target
    return _("{said}; stated {day}").format(said=_said(dated["said"]), day=dated["day"])


def _said(words: str) -> str:
    for form, text in _FORMS:
        if match := form.fullmatch(words):
            return _(text).format(**{name: w.word(_DESCRIBED, part) for name, part in match.groupdict().items()})
    return words
