"""The memo: content, pictures, layout, files."""
