"""The frozen view of a document: kept in two parts, and tied together by a digest.

What all documents of a run share (seller, brand, advert …) is their frame, stored once; the rest is a
document's own. Both are written while drafting and never again: where the number will stand they hold a
token, and issuing writes no more than the number and a digest. The payment reference (ISO 11649) is made from
the number, so it has a token too: the reference of the token.

    drafted digest = SHA-256(digest of the frame + own part)
    issued digest  = SHA-256(drafted digest + number)
"""

import hashlib
import json
from dataclasses import dataclass

from jetbill.kernel.payment_slips import rf_reference

NUMBER_TOKEN = "JET0NUMBER0TOKEN"
REFERENCE_TOKEN = rf_reference(NUMBER_TOKEN)
SHARED = frozenset(
    {"advert", "brand", "currency", "date", "kind", "locale", "number", "profile", "seller", "state"}
)
"""The fields of a view that stand in its frame."""


class Altered(Exception):
    """What is stored of a view is not what was frozen."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A view as it is stored: the digest of its frame (empty: it has none), and its own part as JSON."""

    frame: bytes
    own: str


def frame_digest(body: str) -> bytes:
    """What a frame is known by."""
    return hashlib.sha256(body.encode()).digest()


def drafted_digest(parts: Parts) -> bytes:
    """What ties the parts of a view together."""
    return hashlib.sha256(parts.frame + parts.own.encode()).digest()


def issued_digest(drafted: bytes, number: str) -> bytes:
    """What ties a number to a view; the database reckons the same while issuing."""
    return hashlib.sha256(drafted + number.encode()).digest()


def parted(view: bytes) -> tuple[str, str]:
    """A view as the body of its frame and its own part."""
    told = json.loads(view)
    shared = {name: told.pop(name) for name in SHARED & told.keys()}
    return _json(shared), _json(told)


def joined(frame: str, own: str) -> bytes:
    """The view whose parts these are; equal to encoding it as a whole."""
    return _json({**json.loads(frame), **json.loads(own)}).encode() if frame else own.encode()


def opened(parts: Parts, frame: str, number: str | None, digest: bytes) -> bytes:
    """The view of a document with its number, from what is stored of it; a draft has none.

    Raises Altered if frame, own part and number are not those that were frozen.
    """
    drafted = drafted_digest(parts)
    is_same = not parts.frame or frame_digest(frame) == parts.frame
    if not is_same or digest != (drafted if number is None else issued_digest(drafted, number)):
        raise Altered(f"the view of document {number or '(a draft)'} is not what was frozen")
    view = joined(frame, parts.own)
    return preview(view, "draft") if number is None else numbered(view, number)


def numbered(view: bytes, number: str) -> bytes:
    """A view with its number; equal to encoding it with the number from the start."""
    view = view.replace(REFERENCE_TOKEN.encode(), rf_reference(number).encode())
    return view.replace(NUMBER_TOKEN.encode(), json.dumps(number, ensure_ascii=False)[1:-1].encode())


def preview(view: bytes, state: str) -> bytes:
    """The view of a document that has no number yet, marked as draft or preview."""
    view = view.replace(b'"state":"issued"', b'"state":"' + state.encode() + b'"')
    return view.replace(REFERENCE_TOKEN.encode(), b"").replace(NUMBER_TOKEN.encode(), b"")


def _json(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
