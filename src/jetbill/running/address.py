"""Where the database is and who logs in: the embedded server, or the one that DATABASE_URL names.

With DATABASE_URL alone its login both migrates and, after SET ROLE jet_app, runs. DATABASE_OWNER_URL
names another login for migrations, so that the running application never holds the owner's password.
"""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import PGconn, Ping

from jetbill.kernel.trouble import BadInput

OWNER_LOGIN = "jet_owner"  # starts, migrates, dumps
OWNER_ROLE = "jet_own"  # owns every table; cannot log in
APP_ROLE = "jet_app"  # runs; owns nothing, bypasses nothing
DATABASE = "jet"


@dataclass(frozen=True, slots=True)
class Login:
    """One way to connect: `parameters` as libpq names them (host, port, user, password, dbname …)."""

    parameters: tuple[tuple[str, str], ...]

    def dsn(self, database: str = "") -> str:
        """The connection string, for `database` instead of the usual one when named."""
        values = dict(self.parameters)
        return make_conninfo(**{**values, **({"dbname": database} if database else {})})

    def __getitem__(self, name: str) -> str:
        return dict(self.parameters).get(name, "")


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A server with our database: the login that migrates and the one that runs."""

    owner: Login
    app: Login
    is_embedded: bool

    @property
    def database(self) -> str:
        return self.app["dbname"] or DATABASE

    def is_away(self) -> bool:
        """Whether nothing answers there; a server that refuses this login or still starts does answer."""
        return PGconn.ping(self.app.dsn().encode()) == Ping.NO_RESPONSE


def embedded_address(socket_folder: str) -> ServerAddress:
    """The server behind the socket in this folder; the folder's mode is the only key."""

    def login(user: str) -> Login:
        return Login((("host", socket_folder), ("port", "5432"), ("user", user), ("dbname", DATABASE)))

    return ServerAddress(login(OWNER_LOGIN), login(APP_ROLE), is_embedded=True)


def named_address() -> ServerAddress | None:
    """What DATABASE_URL and DATABASE_OWNER_URL say; None when the embedded server is meant."""
    running = os.environ.get("DATABASE_URL")
    if not running:
        return None
    app = _login("DATABASE_URL", running)
    migrating = os.environ.get("DATABASE_OWNER_URL")
    return ServerAddress(
        _login("DATABASE_OWNER_URL", migrating) if migrating else app, app, is_embedded=False
    )


def _login(variable: str, url: str) -> Login:
    try:
        parameters = conninfo_to_dict(url)
    except ProgrammingError:
        parameters = {}
    if not parameters or (urlsplit(url).scheme or "postgresql") not in ("postgresql", "postgres"):
        raise BadInput("This is not postgresql://user:password@host:port/database.", field=variable)
    parameters.setdefault("dbname", DATABASE)
    return Login(tuple((name, str(value)) for name, value in parameters.items()))
