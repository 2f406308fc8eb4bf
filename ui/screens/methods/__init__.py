"""The page of method and data."""
