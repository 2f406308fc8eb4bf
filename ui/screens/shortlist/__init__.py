"""The Shortlist page."""
