"""Whose water is it? Realms, their staff, and the wall between them."""
