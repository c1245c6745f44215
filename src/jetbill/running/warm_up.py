"""The first start, made by ./run at the end of an installation, else by `jet up` before its children.

Importing every large library once writes its byte code and proves that it works on this machine.
"""

import importlib

from jetbill.running.compiled_code import keep_compiled_code, note_compiled

LIBRARIES = (
    "babel.numbers",
    "django.contrib.auth",
    "jsonschema",
    "jetbill.kernel.rating.rates",  # compiles the scan, once
    "jetbill.kernel.rating.moving",  # and the loops around it
    "jetbill.kernel.rating.totals",
    "pikepdf",
    "psycopg",
    "pyarrow.csv",
    "pyarrow.parquet",
    "rich.progress",
    "typst",
    "yaml",
    "zxingcpp",
)


def warm_up() -> None:
    """Import what a day's work imports; an ImportError names what this machine lacks."""
    keep_compiled_code()
    for name in LIBRARIES:
        importlib.import_module(name)
    note_compiled()


if __name__ == "__main__":
    warm_up()
