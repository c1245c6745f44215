"""The catalogue lists every fact that a stage may announce."""

from pathlib import Path

from jetbill.wiring.event_catalogue import FILE, text

ROOT = Path(__file__).parents[2]


def test_the_catalogue_is_current() -> None:
    told = "run: python -m jetbill.wiring.event_catalogue"
    assert (ROOT / FILE).read_text(encoding="utf-8") == text(), told
