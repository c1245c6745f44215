"""`jet demo`: a believable provider and one month of its life, made from a seed, through the whole river."""
