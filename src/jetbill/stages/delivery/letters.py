"""A finished mail as bytes: the same bytes every time, for nothing in it comes from a clock or from chance.

Message-ID, boundary and bounce address derive from what the mail is for; the Date is the instant the document
was issued.
"""

import base64
import hashlib
import html
import quopri
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr

from jetbill.stages.delivery.port import Letter
from jetbill.stages.realms.models import Realm

_BOUNCES = re.compile(r"\+(\d{1,18})\.(\d{1,18})\.([0-9a-f]{16})@")
_BASE64_LINE = 76  # RFC 2045
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,250}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a realm writes as: `sender` "North <billing@north.example>"; bounces go to `bounces`."""

    sender: str
    reply_to: str
    bounces: str


@dataclass(frozen=True, slots=True)
class Mail:
    """Everything of one mail but the attachment; `issued_at` is its Date, `colour` that of the brand."""

    message_id: str
    sender: str
    reply_to: str
    bounces_to: str
    address: str
    subject: str
    text: str
    language: str
    issued_at: datetime
    file_name: str
    colour: str = "#1b3a8f"


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a mail itself: the same key is the same mail, and nobody outside can make up its token."""

    realm: int
    document: int
    receiver: str
    purpose: str
    view_digest: bytes

    def token(self) -> str:
        """64 hexadecimal digits: half go into the Message-ID, 16 more into the bounce address."""
        told = f"{self.realm}|{self.document}|{self.receiver}|{self.purpose}|".encode()
        return hashlib.sha256(told + bytes(self.view_digest)).hexdigest()

    def message_id(self, identity: Identity) -> str:
        """<…@the sender's domain>."""
        domain = parseaddr(identity.sender)[1].rpartition("@")[2]
        return f"<{self.token()[:32]}@{domain}>"

    def bounces_to(self, identity: Identity) -> str:
        """Where the mail comes back to (VERP): bounce+realm.document.token@domain."""
        local, _, domain = identity.bounces.rpartition("@")
        return f"{local}+{self.realm}.{self.document}.{self.token()[32:48]}@{domain}"


def bounced_key(address: str) -> tuple[int, int, str] | None:
    """(realm, document, token) of a bounce address; None for any other."""
    found = _BOUNCES.search(address)
    return (int(found[1]), int(found[2]), found[3]) if found else None


def identity_of(realm: Realm) -> Identity:
    """From the realm's mail settings: `from`, `from_name`, `reply_to`, `bounces`; else made from its name."""
    told = realm.mail
    seller = (realm.brand.get("seller") or {}).get("email", "")
    address = usable(told.get("from") or seller) or f"billing@{realm.host_name or realm.slug + '.invalid'}"
    bounces = usable(told.get("bounces", "")) or f"bounce@{address.rpartition('@')[2]}"
    return Identity(
        formataddr((_line(told.get("from_name") or realm.name), address)),
        usable(told.get("reply_to", "")),
        bounces,
    )


def usable(address: str) -> str:
    """The address in plain ASCII, its domain as the DNS wants it; "" if no mail can go there."""
    local, _, domain = address.strip().rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return ""
    return plain if _ADDRESS.fullmatch(plain) else ""


def compose(mail: Mail, attachment: bytes | None) -> Letter:
    """The letter; without an attachment its text says why (see wordings)."""
    boundary = hashlib.sha256(mail.message_id.encode()).hexdigest()[:32]
    parts = [_body(mail, f"alternative-{boundary}")]
    if attachment is not None:
        parts.append(_attached(mail.file_name, attachment))
    head = [
        ("Message-ID", mail.message_id),
        ("Date", format_datetime(mail.issued_at.astimezone(UTC))),
        ("From", mail.sender),
        ("To", mail.address),
        *([("Reply-To", mail.reply_to)] if mail.reply_to else []),
        ("Subject", _encoded(_line(mail.subject))),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
        ("Content-Language", mail.language),
    ]
    lines = [f"{name}: {value}" for name, value in head]
    content = "\r\n".join(lines).encode("ascii") + b"\r\n" + _multipart("mixed", f"mixed-{boundary}", parts)
    return Letter(mail.message_id, mail.bounces_to, mail.address, content)


def _body(mail: Mail, boundary: str) -> bytes:
    plain = _text_part("plain", mail.text)
    return _multipart("alternative", boundary, [plain, _text_part("html", _html(mail))])


def _multipart(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    middle = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return head + middle + b"--" + boundary.encode() + b"--\r\n"


def _text_part(kind: str, text: str) -> bytes:
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    body = quopri.encodestring(text.encode("utf-8") + b"\n")
    return head.encode() + body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _attached(name: str, content: bytes) -> bytes:
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", name)
    head = (
        f'Content-Type: application/pdf; name="{safe}"\r\n'
        f'Content-Disposition: attachment; filename="{safe}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    signs = base64.b64encode(content)
    lines = [signs[at : at + _BASE64_LINE] for at in range(0, len(signs), _BASE64_LINE)]
    return head.encode() + b"".join([line + b"\r\n" for line in lines])


def _html(mail: Mail) -> str:
    """The same paragraphs under a line in the brand's colour; nothing is loaded from anywhere."""
    colour = mail.colour if re.fullmatch(r"#[0-9a-fA-F]{6}", mail.colour) else "#1b3a8f"
    paragraphs = "\n".join(
        f'<p style="margin:0 0 16px">{html.escape(each).replace(chr(10), "<br>")}</p>'
        for each in mail.text.split("\n\n")
    )
    language = html.escape(mail.language)
    return (
        f'<!doctype html>\n<html lang="{language}" dir="auto"><body style="margin:0;padding:24px;'
        "font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#101828\">\n"
        f'<div style="max-width:560px;border-top:3px solid {colour};padding-top:20px">\n'
        f"{paragraphs}\n</div>\n</body></html>"
    )


def _encoded(text: str) -> str:
    if text.isascii():
        return text
    return Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _line(text: str) -> str:
    """One line: a line break in a name would begin a header of its own."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
