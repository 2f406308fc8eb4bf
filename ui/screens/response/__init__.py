"""The page of supply stops: response, stock, price floor."""
