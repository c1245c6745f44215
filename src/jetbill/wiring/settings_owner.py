"""Django's settings for its own commands (makemigrations, sqlmigrate): logs in as the owner."""

from jetbill.wiring.databases import owner_database
from jetbill.wiring.settings import *  # noqa: F403
from jetbill.wiring.settings import ADDRESS

DATABASES = {"default": owner_database(ADDRESS)}
