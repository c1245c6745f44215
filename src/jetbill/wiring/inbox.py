"""The watched folder of usage files, below Jet's home."""

from datetime import datetime

from jetbill.doors.files.usage_inbox import take_in_folder
from jetbill.running.home import jet_home


def take_in(now: datetime) -> None:
    """Take in the files that lie complete in `inbox/<realm>/<format>/`."""
    take_in_folder(jet_home() / "inbox", jet_home() / "formats", now)
