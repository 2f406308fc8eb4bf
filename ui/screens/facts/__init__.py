"""The page of facts: what is missing or stale, the letter that asks for it, and the facts that the user states."""
