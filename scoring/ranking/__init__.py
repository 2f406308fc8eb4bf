"""Scenario -> packed vectors -> ranked sites, with facets and explanations."""
