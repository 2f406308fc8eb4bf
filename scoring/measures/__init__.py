"""Facts and layers -> values with ranges, one function a kind of measure."""
