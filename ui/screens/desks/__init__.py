"""The page of the two desks."""
