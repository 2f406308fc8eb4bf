"""Evidence grids put together to a map of favourability."""
