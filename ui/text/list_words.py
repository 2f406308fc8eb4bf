"""What a list is called where a rank is told: one rank a list, named."""

from __future__ import annotations

from scoring.records import ListRecord
from ui.text import vocabulary as w
from ui.text.i18n import _, number


def among(ranked: ListRecord) -> str:
    """Return among what a site is ranked: how many projects or sites, of which step and commodity of interest.

    Parameters
    ----------
    ranked : ListRecord
        The list, as a dossier names it.
    """
    one = ranked["sites"] == 1
    if ranked["universe"] == "projects":
        text = _("among {n} project") if one else _("among {n} projects")
    else:
        text = _("among {n} site") if one else _("among {n} sites")
    parts = [text.format(n=number(ranked["sites"]))]
    if ranked["step"]:
        parts.append(w.word(w.STEPS, ranked["step"]))
    if ranked["commodity"]:
        parts.append(w.commodity(ranked["commodity"]))
    return " · ".join(parts)


def short(ranked: ListRecord) -> str:
    """Return the list in which a site is ranked as it stands on the tabs: its step or universe with the number.

    Parameters
    ----------
    ranked : ListRecord
        The list, as a dossier names it.
    """
    name = w.word(w.STEPS, ranked["step"]) if ranked["step"] else w.word(w.UNIVERSES, ranked["universe"])
    metal = f" · {w.commodity(ranked['commodity'])}" if ranked["commodity"] else ""
    return f"{name} ({number(ranked['sites'])}){metal}"
