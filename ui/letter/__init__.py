"""The letter that asks for missing and stale facts: what it says, and its files."""
