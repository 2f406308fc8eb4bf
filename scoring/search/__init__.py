"""Sites by what a reader types."""
