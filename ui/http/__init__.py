"""The read-only HTTP API below /api/v1.

Sites, scores, layers and shortlists for programs, and OGC API - Features for maps.
"""
