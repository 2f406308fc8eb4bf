"""How stable ranks are: SMAA, rank acceptability, sensitivity, value of information, two desks, other methods."""
