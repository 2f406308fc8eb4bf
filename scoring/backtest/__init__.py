"""Labels of the real world, blind mode, and how well the list finds them."""
