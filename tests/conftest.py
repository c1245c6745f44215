"""What every test may ask for."""

from tests.database import database_server, django_db_setup, north, south

__all__ = ["database_server", "django_db_setup", "north", "south"]
