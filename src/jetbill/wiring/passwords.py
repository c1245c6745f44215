"""Passwords that realms use outside, kept out of the database: a realm's settings only name them.

For the realm north and the name smtp: the environment variable JET_PASSWORD_NORTH_SMTP, else the line
`north.smtp = …` of the file `secrets` in Jet's home, which only its owner may read. A realm finds its
own only.
"""

import os
from pathlib import Path

from jetbill.kernel.trouble import Failure, OutsideFailure
from jetbill.stages.delivery.mail_settings import PASSWORD_NAME


def password(home: Path, realm: str, name: str) -> str:
    """The password; raises OutsideFailure (permanent) when it is nowhere, or others may read the file."""
    if not PASSWORD_NAME.fullmatch(name):
        said = f"password_ref {name!r} is not made of small letters and digits"
        raise OutsideFailure("password.missing", kind=Failure.PERMANENT, said=said)
    variable = f"JET_PASSWORD_{realm.replace('_', '__').replace('-', '_')}_{name}".upper()
    if (found := os.environ.get(variable)) is not None:
        return found
    file = home / "secrets"
    wanted = f"{realm}.{name}"
    for key, value in _lines(file):
        if key == wanted:
            return value
    said = f"neither {variable} nor a line {wanted} in {file}"
    raise OutsideFailure("password.missing", kind=Failure.PERMANENT, said=said)


def _lines(file: Path) -> list[tuple[str, str]]:
    if not file.exists():
        return []
    if file.stat().st_mode & 0o077:
        said = f"others may read {file}: chmod 600"
        raise OutsideFailure("password.exposed", kind=Failure.PERMANENT, said=said)
    pairs = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines())
    return [(key.strip(), value.strip()) for key, found, value in pairs if found]
