"""Months until ready to build, and the Framework's instruments."""
