"""Thinks: pure functions on values and columns. No I/O, no clock, no framework, no float."""
