"""What the usage stage does from time to time."""

from datetime import datetime

import numpy as np

from jetbill.kernel.zones import epoch_s
from jetbill.stages.realms.scope import outside_realms
from jetbill.stages.usage.months import make_months, make_report_months

_DAY = 86_400
_AHEAD = (0, 31, 62)


def make_months_ahead(now: datetime) -> None:
    """This month and the next two exist before the first record comes, so that no import has to wait."""
    instants = np.array([epoch_s(now) + days * _DAY for days in _AHEAD], np.int64)
    with outside_realms():
        make_months(instants)
        make_report_months(instants)
