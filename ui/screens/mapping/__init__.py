"""The page Mapping: prospectivity with its uncertainty."""
