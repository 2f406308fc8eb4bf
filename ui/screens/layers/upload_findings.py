"""What the reader has to say about an upload."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from layers import findings
from layers.contract import Finding
from layers.imports import Draft
from ui.panels.downloads import table_csv
from ui.screens.layers.upload_item import Item, _csv, take_cure
from ui.text import vocabulary as w
from ui.text.i18n import _

MOST_FINDINGS = 200
#: Pixels of the columns of words, which fit a window of 1,280, of a line, and of a Latin and a Japanese letter.
FINDING_PX, CURE_PX, LINE_PX, LATIN_PX, WIDE_PX = 202, 212, 19, 8, 15
#: Lines that a row has at the least.
FEWEST_LINES = 3


def _headline(draft: Draft) -> str:
    words = {
        "ok": _("{name} is ready to be imported."),
        "needs_input": _("{name}: input needed."),
        "refused": _("{name} cannot be imported."),
    }
    return words[draft.status].format(name=w.plain(draft.upload.name))


def _findings(item: Item, draft: Draft) -> None:
    """Show the findings as a table, and every cure as a button."""
    reported = draft.report.findings
    if not reported:
        return
    rows = [
        {
            _("Severity"): w.word(w.SEVERITIES, findings.severity(finding)),
            _("Layer"): finding.layer,
            _("Row"): "" if finding.row is None else str(finding.row),
            _("Finding"): message(finding),
            _("What to do"): cured(finding),
            _("Code"): finding.code,
        }
        for finding in reported[:MOST_FINDINGS]
    ]
    frame = pd.DataFrame(rows)
    columns = {
        _("Severity"): st.column_config.TextColumn(width=70),
        _("Finding"): st.column_config.TextColumn(width=FINDING_PX),
        _("What to do"): st.column_config.TextColumn(width=CURE_PX),
    }
    lines = max(max(lines_of(row[_("Finding")], FINDING_PX), lines_of(row[_("What to do")], CURE_PX)) for row in rows)
    st.markdown(f"**{_('Findings')}**")
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        key=item.key("findings_table"),
        lazy=False,
        row_height=max(FEWEST_LINES, lines) * LINE_PX + 10,
        column_config=columns,
        column_order=[*columns, _("Row"), _("Layer"), _("Code")],
        alt=_("Findings"),
    )
    for i, finding in enumerate(reported):
        choices = _cures(finding)
        if not choices:
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(message(finding)[:140])
            for choice in choices:
                label = w.plain(", ".join(choice))
                st.button(
                    label,
                    key=item.key(f"cure_{i}_{label}"),
                    on_click=take_cure,
                    args=(item, choice),
                    icon=":material/healing:",
                )
    with st.container(horizontal=True):
        _csv(item, _("Findings as CSV"), table_csv(frame), "findings")
        if draft.left_out:
            _csv(item, _("Rows that would be excluded"), draft.left_out.encode("utf-8-sig"), "left-out")


def lines_of(text: str, pixels: int) -> int:
    """Return how many lines a text takes in a column of so many pixels; words are not parted, so one is to spare.

    Examples
    --------
    >>> lines_of("", 202), lines_of("a" * 20, 202), lines_of("字" * 30, 202)
    (1, 2, 4)
    """
    wide = sum(LATIN_PX if letter.isascii() else WIDE_PX for letter in text)
    return 1 + -(-wide // (pixels - 20)) if text else 1


def _cures(finding: Finding) -> list[tuple[str, ...]]:
    """Return the cures that have a button; the columns of both coordinates are taken together."""
    # units are set in the table of columns, coordinate systems on the map below
    actions = [action for action in finding.actions if not action.startswith(("unit.", "units=", "crs="))]
    if {action.partition("=")[0] for action in actions} == {"x", "y"}:
        return [tuple(actions)]
    return [(action,) for action in actions[:4]]


def message(finding: Finding) -> str:
    """Return the message, in the reader's language."""
    return findings.filled(_(findings.TEMPLATES[finding.code].message), finding.details)


def cured(finding: Finding) -> str:
    """Return the cure, in the reader's language."""
    text = findings.TEMPLATES[finding.code].cure
    return findings.filled(_(text), finding.details) if text else ""
