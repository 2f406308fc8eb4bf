"""A field of a number whose ends the page looks after: what lies beyond them is told, and not answered."""

from __future__ import annotations

from typing import Any

from streamlit.delta_generator import DeltaGenerator

from ui.page_address import Choice
from ui.text.i18n import _, number

#: The browser holds back what lies beyond the ends of its field, so that the page would go on showing the old answer.
#: Fields are therefore wider than their choices.
WIDEST = 10**15


def number_field(place: DeltaGenerator, label: str, choice: Choice, **options: Any) -> Any:
    """Draw the field of a choice and return its value; a value beyond the ends is told below it.

    Parameters
    ----------
    place : DeltaGenerator
        Where it stands.
    label : str
    choice : Choice
        Of `ui.page_address.number_of`; ask `ui.page_address.within` before anything is answered.
    **options
        Of `st.number_input`.

    Returns
    -------
    float or int or None
        None: the field is empty.
    """
    kind = int if choice.whole else float
    value = place.number_input(label, kind(-WIDEST), kind(WIDEST), key=choice.key, **options)
    if choice.beyond(value):
        least, most = choice.ends or (value, value)
        place.error(
            _("Enter {least} to {most}. For {value} there is no answer.").format(
                least=number(least, 2), most=number(most, 2), value=number(value, 2)
            )
        )
    return value
