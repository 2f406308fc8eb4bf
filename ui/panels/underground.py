"""What the layers say right under a site: provinces, own layers and rasters, each with its name.

Unknown where none covers it.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from layers.beneath import beneath
from scoring.records import Dossier
from ui.text.i18n import _, either
from workspace import reference


def under_site(site: Dossier) -> None:
    """List what the geological and own layers hold at the place of a site."""
    rows = [
        {_("Layer"): either(layer.title, layer.title_ja), _("At the site"): content or _("nothing mapped here")}
        for layer, content in beneath(reference.map_layers(), site["lon"], site["lat"])
    ]
    st.markdown("**" + _("Layers at the site") + "**")
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", lazy=False, alt=_("Layers at the site"))
    else:
        st.caption(_("No bundled geological layer covers this location. Import one on the Layers page."))
