"""Methods that put criteria together, with their kernels, weights and value functions."""
