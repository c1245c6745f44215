"""The bench of documents measures what it says, on a few documents."""

from jetbill.bench import pdf
from jetbill.documents import samples


def test_a_case_says_what_was_measured():
    look = pdf.looks()["nord"]
    rate, size = pdf._stored("short", 3, lambda index: samples.short(look, index))
    assert rate["n"] == 3 and rate["unit"] == "documents/s" and rate["rate"] > 0
    assert rate["against"] == "40/s" and rate["peak_mib"] > 10
    assert size["unit"] == "kB/document" and 20 < size["rate"] < 500
    names = {
        "bench",
        "case",
        "n",
        "seconds",
        "rate",
        "unit",
        "peak_mib",
        "ratio",
        "against",
        "cores",
        "versions",
    }
    assert rate.keys() == size.keys() == names
