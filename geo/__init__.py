"""Pure functions on geometry, distances and rasters."""
