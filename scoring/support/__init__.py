"""Whether public support can change a project: programmes of both governments and their published rules."""
