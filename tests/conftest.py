"""What every test may ask for."""

from tests.database import database_server, django_db_setup, north, south
from tests.packages import pytest_configure, pytest_runtest_setup, pytest_terminal_summary

__all__ = [
    "database_server",
    "django_db_setup",
    "north",
    "pytest_configure",
    "pytest_runtest_setup",
    "pytest_terminal_summary",
    "south",
]
