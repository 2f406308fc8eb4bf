"""A frozen list with all that its numbers rest on, and what moved since."""
