"""One site, or a few: dossier, neighbours, side by side, listing, nearest infrastructure."""
