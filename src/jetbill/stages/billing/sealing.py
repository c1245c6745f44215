"""The frozen view of a draft holds a token where the number will stand; issuing puts the number in.

So a view is encoded once, while drafting in parallel, and issuing costs two replacements and a digest. The
payment reference (ISO 11649) is made from the number, so it has a token too: the reference of the token.
"""

import hashlib
from dataclasses import dataclass

from jetbill.kernel.payment_slips import rf_reference

NUMBER_TOKEN = "JET0NUMBER0TOKEN"
REFERENCE_TOKEN = rf_reference(NUMBER_TOKEN)


@dataclass(frozen=True, slots=True)
class Sealed:
    """The bytes a document is drawn from for ever, with their SHA-256."""

    view: bytes
    digest: bytes


def sealed(draft: bytes, number: str) -> Sealed:
    """The view of a draft with its number; equal to encoding the issued view from the start."""
    view = draft.replace(REFERENCE_TOKEN.encode(), rf_reference(number).encode())
    view = view.replace(NUMBER_TOKEN.encode(), number.encode())
    return Sealed(view, hashlib.sha256(view).digest())


def preview(draft: bytes, state: str) -> bytes:
    """The view of a document that has no number yet, marked as draft or preview."""
    view = draft.replace(b'"state":"issued"', b'"state":"' + state.encode() + b'"')
    return view.replace(REFERENCE_TOKEN.encode(), b"").replace(NUMBER_TOKEN.encode(), b"")
