"""Django's settings for everything that runs: it logs in as jet_app, which owns nothing."""

import os
from typing import Any

from jetbill.running.address import embedded_address, named_address
from jetbill.running.home import jet_home
from jetbill.running.postgres import socket_folder
from jetbill.wiring.databases import app_database
from jetbill.wiring.stages import installed

ADDRESS = named_address() or embedded_address(socket_folder(jet_home()))
DATABASES: dict[str, dict[str, Any]] = {"default": app_database(ADDRESS)}
INSTALLED_APPS = installed()
AUTH_USER_MODEL = "realms.Staff"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"  # instants only; local days are made in Python from the realm's zone
USE_I18N = True
SECRET_KEY = os.environ.get("JET_SECRET_KEY") or "the command line signs nothing"
LOGGING_CONFIG = None
