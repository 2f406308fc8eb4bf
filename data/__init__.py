"""The facts, the user's store, and exports."""
