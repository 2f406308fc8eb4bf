"""Grade-tonnage models and in-situ value."""
