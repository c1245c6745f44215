"""Numbers, money and days as people of a locale write them, with the patterns prepared once per locale and
currency.

In a right-to-left locale every number and Latin value is put between isolates (U+2066, U+2068 … U+2069), so
that "1 – 30" and "IE29 …" keep their order inside Arabic text.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_interval
from babel.numbers import format_currency, format_decimal, get_currency_precision

from jetbill.documents.view import Span

LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
MINUS = "−"
_NO_COUNTRY = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
"""What CLDR has a name for and ISO 3166 does not know."""
_MARKS = re.compile("[\u200e\u200f\u061c]")
_STRONG_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


class Formats:
    """How one locale writes the values of one currency."""

    def __init__(self, locale: str, currency: str) -> None:
        self.locale = Locale.parse(locale)
        self.currency = currency
        self.is_rtl = self.locale.text_direction == "rtl"
        self.digits: int = get_currency_precision(currency)
        sample = _clean(format_decimal(Decimal("1234567.5"), locale=self.locale))
        self._group, self._point = sample[-6:-5] if not sample[-6:-5].isdigit() else "", sample[-2]
        self._is_plain_grouping = bool(re.fullmatch(r"1\D?234\D?567\D5", sample))
        money = _clean(format_currency(Decimal("7"), currency, format=self._pattern(), locale=self.locale))
        figure = "7" + (self._point + "0" * self.digits if self.digits else "")
        self._before, self._after = money.split(figure)
        self._has_right_sign = self.is_rtl and bool(_STRONG_RIGHT.search(money))
        self._days: dict[tuple[Any, ...], str] = {}

    def money(self, value: Decimal) -> str:
        """With the currency's sign: "−€1,234.50"."""
        minus = MINUS if value < 0 else ""
        figure = self._figure(abs(value), self.digits)
        if self._has_right_sign:
            return f"{RLI}{self._before}{LRI}{minus}{figure}{PDI}{self._after}{PDI}"
        return self.ltr(minus + self._before + figure + self._after)

    def amount(self, value: Decimal) -> str:
        """Without the sign of the currency, in its decimals."""
        return self.ltr((MINUS if value < 0 else "") + self._figure(abs(value), self.digits))

    def number(self, value: Decimal) -> str:
        """With the decimals it has."""
        exponent = value.as_tuple().exponent
        places = max(0, -exponent) if isinstance(exponent, int) else 0
        return self.ltr((MINUS if value < 0 else "") + self._figure(abs(value), places))

    def unit_price(self, value: Decimal) -> str:
        """At least in the currency's decimals, with more where the price has more."""
        exponent = value.as_tuple().exponent
        places = max(self.digits, -exponent if isinstance(exponent, int) else 0)
        return self.ltr((MINUS if value < 0 else "") + self._figure(abs(value), places))

    def day(self, on: date) -> str:
        """In full: "1 December 2026"."""
        return self._dated("long", on)

    def day_medium(self, on: date) -> str:
        """Short with the year: "1 Dec 2026"."""
        return self._dated("medium", on)

    def day_short(self, on: date) -> str:
        """Day and month for a column: "01 Nov"."""
        return self._dated("ddMMM", on)

    def month(self, first: date) -> str:
        """The one letter of a month under a bar."""
        return self._dated("LLLLL", first)

    def span(self, span: Span) -> str:
        """A half-open period by its first and last day: "1–30 Nov 2026"."""
        key = ("span", span.start, span.end)
        if key not in self._days:
            last = span.end - timedelta(days=1)
            text = _clean(format_interval(span.start, last, "yMMMd", locale=self.locale))
            text = text if last > span.start else _clean(format_date(last, "medium", locale=self.locale))
            self._days[key] = self.auto(text.replace("\u2009", " "))
        return self._days[key]

    def duration(self, seconds: int) -> str:
        """Minutes and seconds "4:22"; from an hour on "1:04:22"."""
        minutes, rest = divmod(seconds, 60)
        hours, minutes_left = divmod(minutes, 60)
        return self.ltr(f"{hours}:{minutes_left:02}:{rest:02}" if hours else f"{minutes}:{rest:02}")

    def ltr(self, text: str) -> str:
        """A value that reads from left to right wherever it stands."""
        return f"{LRI}{text}{PDI}" if self.is_rtl and text else text

    def auto(self, text: str) -> str:
        """A text that reads in the direction of its own letters."""
        if not self.is_rtl or not text:
            return text
        return f"{FSI}{text}{PDI}" if _STRONG_RIGHT.search(text) else f"{LRI}{text}{PDI}"

    def _pattern(self) -> str:
        pattern: str = self.locale.currency_formats["standard"].pattern.split(";")[0]
        return pattern

    def _figure(self, value: Decimal, places: int) -> str:
        if not self._is_plain_grouping:
            pattern = "#,##,##0" + ("." + "0" * places if places else "")
            return _clean(format_decimal(value, pattern, self.locale, decimal_quantization=False))
        text = f"{value:,.{places}f}"
        if self._group == "," and self._point == ".":
            return text
        whole, _, rest = text.partition(".")
        return whole.replace(",", self._group) + (self._point + rest if rest else "")

    def _chosen(self, pattern: str) -> str:
        """The pattern of a column: day and month in the locale's order, the day in two digits."""
        if pattern != "ddMMM":
            return pattern
        usual: str = self.locale.datetime_skeletons["MMMd"].pattern
        return re.sub("d+", "dd", usual) if "MMM" in usual else usual

    def _dated(self, pattern: str, on: date) -> str:
        key = (pattern, on)
        if key not in self._days:
            if len(self._days) > 4000:
                self._days.clear()
            self._days[key] = self.auto(_clean(format_date(on, self._chosen(pattern), locale=self.locale)))
        return self._days[key]


@lru_cache(maxsize=64)
def formats(locale: str, currency: str) -> Formats:
    """The formats of a locale and currency, prepared once. Raises ValueError for a locale nobody knows."""
    try:
        return Formats(locale, currency)
    except Exception as trouble:
        raise ValueError(f"locale: {locale!r} with {currency!r} cannot be formatted ({trouble})") from trouble


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """The codes of ISO 3166, and XK."""
    known = map(str, Locale("en").territories)
    return frozenset(code for code in known if len(code) == 2 and code.isalpha()) - _NO_COUNTRY


def _clean(text: str) -> str:
    """Without direction marks: isolates do that work here."""
    return _MARKS.sub("", text)
