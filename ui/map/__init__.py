"""The map: deck, markers, legend, locator, the drawing map."""
