"""The one process of Orebridge: pages, map data and downloads. `orebridge app` or `streamlit run app.py`."""

from __future__ import annotations

from ui.serve import app, run

__all__ = ["app", "run"]

if __name__ == "__main__":
    run()
