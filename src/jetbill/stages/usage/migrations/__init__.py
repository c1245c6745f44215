"""The tables of the usage stage."""
