"""Turns stored usage into rated records and period totals, a share of the customers and a month at a time."""
