"""Supply: which commodity breaks at which stage, for whom, and what is known of it."""
