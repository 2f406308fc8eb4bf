"""The graph of holders and the covered-nation rule."""
