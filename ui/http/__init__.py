"""The read-only HTTP API below /api/v1: sites, scores, layers and shortlists for programs, and OGC API - Features for maps."""
