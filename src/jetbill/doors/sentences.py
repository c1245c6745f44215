"""Refusals and a lost database in the words of people: one sentence a code, in `refusals/<language>.json`."""

import json
from functools import cache
from pathlib import Path

from jetbill.kernel.trouble import OutsideFailure, Refused

FOLDER = Path(__file__).parent / "refusals"


def sentence(trouble: Refused | OutsideFailure, language: str = "en") -> str:
    """Why a wish was refused or cannot be met, as one sentence that names what it is about."""
    template = sentences(language).get(trouble.code)
    values = trouble.values if isinstance(trouble, Refused) else {"said": trouble.said}
    return template.format(**values) if template else str(trouble)


@cache
def sentences(language: str) -> dict[str, str]:
    """Codes with their sentences, which name the values of a refusal in braces."""
    found: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
    return found
