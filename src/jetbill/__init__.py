"""Billing for people who run networks: usage is rated, billed, delivered and collected."""

__version__ = "0.1.0"
