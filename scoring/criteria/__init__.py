"""What is asked of a site: the catalogue of criteria and the user's own."""
