"""Reaches out: one folder per kind of system. A driver imports nothing of ours but a port."""
