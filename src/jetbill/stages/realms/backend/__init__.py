"""Django's PostgreSQL backend with the realm wall: a guard on every cursor, a wall round every table."""
