"""What time it is for Jet. JET_CLOCK moves it, so that a test can let a month pass in a minute.

JET_CLOCK is an offset ("+40d", "-3h", "+90s") or the path of a file that holds one and is read each time.
Only running/ asks; everything else is told.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jetbill.kernel.trouble import BadInput

VARIABLE = "JET_CLOCK"
_OFFSET = re.compile(r"([+-])(\d+)([dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def now() -> datetime:
    """The instant, in UTC."""
    return datetime.now(UTC) + _offset()


def _offset() -> timedelta:
    said = os.environ.get(VARIABLE, "")
    if not said:
        return timedelta(0)
    if _OFFSET.fullmatch(said) is None:
        try:
            said = Path(said).read_text().strip()
        except OSError as missing:
            raise BadInput("This is neither an offset like +40d nor a file.", field=VARIABLE) from missing
    found = _OFFSET.fullmatch(said)
    if found is None:
        raise BadInput(f"{said!r} is not an offset like +40d, -3h or +90s.", field=VARIABLE)
    sign, number, unit = found.groups()
    return timedelta(**{_UNITS[unit]: int(sign + number)})
