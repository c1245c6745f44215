"""The months that usage falls into, and their partitions; months are those of UTC."""

from datetime import date

import numpy as np
from django.db import connection

from jetbill.stages.usage.values import Integers


def months(instants: Integers) -> list[date]:
    """The first days of the months of some instants."""
    if not len(instants):
        return []
    ends = np.array([instants.min(), instants.max()])
    if np.diff(month_numbers(ends)):
        ends = instants
    return [date(1970 + month // 12, month % 12 + 1, 1) for month in np.unique(month_numbers(ends)).tolist()]


def month_numbers(instants: Integers) -> Integers:
    """The months of some instants, counted from January 1970 as 0."""
    return instants.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)


def make_months(instants: Integers) -> None:
    """Make the partitions of the records that start at these instants, where they are missing."""
    _make("SELECT usage_month(%s)", instants)


def make_report_months(instants: Integers) -> None:
    """The same for the partitions of session reports."""
    _make("SELECT usage_report_month(%s)", instants)


def _make(statement: str, instants: Integers) -> None:
    with connection.cursor() as cursor:
        for month in months(instants):
            cursor.execute(statement, [month])
