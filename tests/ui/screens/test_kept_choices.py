"""Choices of the sidebar: kept by Streamlit from page to page, and never sent back to the browser that made them."""

from __future__ import annotations

from pathlib import Path

from tests.app import new_app
from ui.state import LABELLED_WITH_COUNTS


def test_what_a_widget_of_the_sidebar_shows_is_never_sent_back_to_it() -> None:
    """A browser puts back what it is sent: keys that were pressed while the page ran would be lost."""
    app = new_app().run()
    app.slider(key="wg").set_value(33).run()
    app.slider(key="wp").set_value(34).run()
    assert (app.slider(key="wg").value, app.slider(key="wp").value) == (33, 34)
    shown = [*app.slider, *app.selectbox, *app.toggle, *app.multiselect]
    assert {str(each.key) for each in shown if each.proto.set_value} <= set(LABELLED_WITH_COUNTS)


def test_the_choices_hold_while_pages_without_their_widgets_are_open() -> None:
    app = new_app().run()
    app.slider(key="wg").set_value(33).run()
    app.switch_page(str(Path("screens/supply/page.py"))).run()
    app.run()
    assert app.session_state["wg"] == 33, "pages without the slider ask for the list, too"
    app.switch_page(str(Path("screens/explore/page.py"))).run()
    assert app.slider(key="wg").value == 33
