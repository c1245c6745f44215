"""Measures the rooms end to end; every case is one JSON object of `jet bench NAME`."""
