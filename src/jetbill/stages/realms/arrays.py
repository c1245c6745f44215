"""Thousands of ids or days as one array literal: a list would be turned into text value by value, slowly."""

from collections.abc import Iterable


def array_of(values: Iterable[object]) -> str:
    """Numbers or dates (None: null) as PostgreSQL reads an array; write `%s::bigint[]` for it."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def ids_array(values: Iterable[int]) -> str:
    """The same for what are all numbers."""
    return "{" + ",".join(map(str, values)) + "}"


def texts_array(values: Iterable[str]) -> str:
    """The same for texts; write `%s::text[]` for it."""
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"
