"""The criteria and the parameters of the months to product, as tables."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scoring.criteria.catalogue import load
from scoring.permitting import product
from scoring.permitting.outlook import parameters
from ui.panels.permitting import pathway_name
from ui.text import vocabulary as w
from ui.text.i18n import _, either, number, quantity
from ui.text.vocabulary import criterion_title


def criteria_tables() -> None:
    """Show the criteria of each pillar with their goalposts, and what the months to product rest on."""
    for pillar in load().pillars.values():
        st.subheader(either(pillar.title, pillar.title_ja), anchor=False)
        st.caption(either(pillar.about, pillar.about_ja))
        rows = [
            {
                _("Criterion"): criterion_title(c.id),
                _("Unit"): w.word(w.UNITS, c.unit),
                _("Worst"): quantity(c.worst),
                _("Best"): quantity(c.best),
                _("Share in pillar"): f"{number(100 * c.share)} %",
                _("Applies to"): {"ore": _("Mines"), "plant": _("Plants"), "all": _("All")}[c.applies_to],
            }
            for c in load().of_pillar(pillar.id)
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    st.subheader(_("Permitting months by jurisdiction"), anchor=False)
    rows = [
        {
            _("Jurisdiction"): pathway_name(key),
            _("Median months"): block["median_months"],
            _("Spread (log sigma)"): block["sigma"],
            _("Published durations"): ", ".join(block["pathway_ids"]),
        }
        for key, block in parameters()["mine"].items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    st.subheader(_("Chance of product by stage"), anchor=False)
    rows = [
        {_("Stage"): w.word(w.STAGES, stage), _("Chance of product"): f"{number(100 * block['chance'])} %"}
        for stage, block in product.parameters()["stage"].items()
        if stage in w.STAGES
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
