"""How a realm sends its mail: the settings, what may be wrong with them, and how they are kept.

Passwords are kept elsewhere (see docs/manual/delivery.md); a setting only names one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jetbill.kernel.finding import Finding, error, unknown
from jetbill.kernel.plain import field_types, from_plain, sparse
from jetbill.stages.delivery.letters import identity_of, usable
from jetbill.stages.delivery.port import Security
from jetbill.stages.realms.models import Realm

PASSWORD_NAME = re.compile(r"[a-z0-9]+")  # else x_smtp of north would be smtp of north-x


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Without `host` mails land in a folder; `from_` is "from" where people and the database see it."""

    host: str = ""
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    password_ref: str = ""
    from_: str = ""
    from_name: str = ""
    reply_to: str = ""
    bounces: str = ""


def mail_settings(realm: Realm) -> MailSettings:
    """The settings of `realm`; raises ValueError for what nobody knows."""
    told = {"from_" if name == "from" else name: value for name, value in realm.mail.items()}
    if strange := sorted(set(told) - set(field_types(MailSettings))):
        raise ValueError(f"unknown mail settings: {', '.join(strange)}")
    if told.get("security", "tls") not in list(Security):
        raise ValueError(unknown("security", told["security"], Security))
    made: MailSettings = from_plain(MailSettings, told)
    return made


def kept(settings: MailSettings) -> dict[str, Any]:
    """The settings as the realm keeps them."""
    return {name.removesuffix("_"): value for name, value in sparse(settings).items()}


def check(realm: Realm) -> Iterator[Finding]:
    """Every fault of the mail settings of `realm`, by the words of a realm file."""
    mail = mail_settings(realm)
    if not 0 < mail.port < 65536:
        yield error("mail.port", f"{mail.port} is no port: 1 to 65535")
    if mail.password_ref and not PASSWORD_NAME.fullmatch(mail.password_ref):
        yield error("mail.password_ref", "names a password by small letters and digits, it is none itself")
    if mail.password_ref and not mail.user:
        yield error("mail.password_ref", "names the password of nobody: write user")
    for name in ("from_", "reply_to", "bounces"):
        told = getattr(mail, name)
        if told and not usable(told):
            yield error(f"mail.{name}", f'"{told}" is no address such as billing@north.example')
    seller = (realm.brand.get("seller") or {}).get("email", "")
    if seller and not usable(seller):
        yield error("seller.email", f'"{seller}" is no address such as billing@north.example')
    if mail.host and ".invalid>" in identity_of(realm).sender:
        yield error("mail.host", "mails need a sender: write from, or seller.email")
