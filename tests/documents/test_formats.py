"""Values as people of a locale write them."""

from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from jetbill.documents.colours import contrast, palette
from jetbill.documents.formats import formats
from jetbill.documents.view import Phrase, Span
from jetbill.documents.writer import Writer, _labels, languages

NOVEMBER = Span(date(2026, 11, 1), date(2026, 12, 1))


@pytest.mark.parametrize(
    "locale, currency, money, span",
    [
        ("en_IE", "EUR", "−€1,234.50", "1–30 Nov 2026"),
        ("en_US", "USD", "−$1,234.50", "Nov 1 – 30, 2026"),
        ("de_DE", "EUR", "−1.234,50\xa0€", "1.–30. Nov. 2026"),
        ("de_CH", "CHF", "−CHF\xa01’234.50", "1.–30. Nov. 2026"),
        ("fr_FR", "EUR", "−1\u202f234,50\xa0€", "1–30 nov. 2026"),
        ("ja_JP", "JPY", "−￥1,235", None),
        ("ar_AE", "AED", "\u2067\u2066−1,234.50\u2069\xa0د.إ.\u2069", "\u20681–30 نوفمبر 2026\u2069"),
    ],
)
def test_money_and_periods(locale, currency, money, span):
    form = formats(locale, currency)
    value = Decimal("-1234.50") if currency != "JPY" else Decimal("-1235")
    assert form.money(value) == money
    assert span is None or form.span(NOVEMBER) == span


@given(
    st.decimals(0, 10**9, places=2), st.sampled_from([("en_IN", "INR"), ("de_DE", "EUR"), ("pt_BR", "BRL")])
)
def test_money_is_what_babel_writes(value, place):
    locale, currency = place
    assert formats(locale, currency).money(value) == format_currency(value, currency, locale=locale)


def test_prices_and_quantities_keep_their_decimals():
    form = formats("en_IE", "EUR")
    assert form.unit_price(Decimal("0.0190")) == "0.0190"
    assert form.unit_price(Decimal("6")) == "6.00"
    assert form.number(Decimal("0.633")) == "0.633"
    assert form.duration(262) == "4:22" and form.duration(3861) == "1:04:21"


def test_an_unknown_locale_is_named():
    with pytest.raises(ValueError, match="locale: 'xx_YY'"):
        formats("xx_YY", "EUR")


@pytest.mark.parametrize("n, text", [("1", "1 call, 4 min"), ("38", "38 calls, 4 min")])
def test_plural_forms_follow_the_number(n, text):
    writer = Writer(formats("en_IE", "EUR"), {})
    assert writer.text(Phrase("detail.calls", {"n": n, "minutes": "4"})) == text


def test_a_brand_may_say_it_otherwise():
    writer = Writer(formats("en_IE", "EUR"), {"band.invoice": "To pay"})
    assert writer.say("band.invoice") == "To pay"


@pytest.mark.parametrize("language", languages())
def test_every_language_has_every_label_and_the_same_values(language):
    english, other = _labels("en"), _labels(language)
    assert english.keys() == other.keys()
    for key, label in english.items():
        forms = [label, other[key]]
        holes = [
            {part.split("}")[0] for part in (form if isinstance(form, str) else form["other"]).split("{")[1:]}
            for form in forms
        ]
        assert holes[0] == holes[1], key


@given(st.integers(0, 0xFFFFFF), st.integers(0, 0xFFFFFF))
def test_every_brand_is_readable(primary, accent):
    colours = palette(f"#{primary:06x}", f"#{accent:06x}")
    for ground in ("#ffffff", colours["wash"]):
        assert contrast(colours["grey"], ground) >= 4.5
        assert contrast(colours["text"], ground) >= 4.0
    assert contrast(colours["text"], "#ffffff") >= 4.5
    assert contrast(colours["text"], colours["tint"]) >= 4.5
    assert contrast(colours["head"], colours["brand"]) >= 4.5
    assert contrast(colours["head"], colours["dark"]) >= 4.5
    assert contrast(colours["accent_edge"], "#ffffff") >= 3


def test_a_realm_calls_its_tax_as_it_likes_in_every_language_or_in_one():
    own = {"tax.S": "GST", "tax.S@de": "MwSt."}
    said = [Writer(formats(locale, "EUR"), own).say("tax.S") for locale in ("en_IE", "de_DE", "ar_AE")]
    assert said == ["GST", "MwSt.", "GST"]
    assert Writer(formats("de_DE", "EUR"), {}).say("tax.S") == "USt."
