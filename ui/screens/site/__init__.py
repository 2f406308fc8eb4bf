"""The page of one site."""
