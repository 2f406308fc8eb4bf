"""Raw files to the bundle, one module a source."""
