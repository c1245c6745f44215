"""Billing for people who run networks: usage is rated, billed, delivered and collected."""

import zoneinfo

__version__ = "0.1.0"

# Days follow the time zones of the lock (package tzdata), not those that a machine happens to have.
zoneinfo.reset_tzpath(to=())
