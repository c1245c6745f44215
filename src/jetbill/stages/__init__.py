"""Remembers: one Django app per stage of the river; a stage imports only what lies upstream of it."""
