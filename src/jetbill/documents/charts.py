"""The figures of the charts in points: bars, ticks and meters, ready to be drawn."""

import math
from datetime import timedelta
from decimal import Decimal

from jetbill.documents.sheet import Block
from jetbill.documents.view import Chart, Month
from jetbill.documents.writer import Writer


def usage(chart: Chart, writer: Writer, width: float, height: float) -> Block:
    """The chart per day for a plot of that size; bars from left to right in every language."""
    days = len(chart.series[0].values)
    stacks = list(zip(*[series.values for series in chart.series], strict=True))
    sums = [sum(stack, Decimal(0)) for stack in stacks]
    total = sum(sums, Decimal(0))
    average = (total / days).quantize(Decimal("0.1")) if days else Decimal(0)
    step, top = _ticks(max(sums, default=Decimal(0)))
    scale = height / top
    pitch = width / max(days, 1)
    bar = min(pitch * 0.62, 14)
    bars = [
        [_r(at * pitch + (pitch - bar) / 2), *[_r(float(value) * scale) for value in stack]]
        for at, stack in enumerate(stacks)
    ]
    ticks = [
        [_r(height - at * step * scale), _tick(at * step, writer)] for at in range(round(top / step) + 1)
    ]
    every = 1 if days <= 10 else 5
    labels = [
        [_r((at + 0.5) * pitch), str((chart.start + timedelta(days=at)).day)]
        for at in range(days)
        if at == 0 or (at + 1) % every == 0
    ]
    title = writer.text(chart.text)
    numbers = {"used": str(total), "average": str(average), "unit": chart.unit}
    return {
        "title": title,
        "bar": _r(bar),
        "bars": bars,
        "ticks": ticks,
        "days": labels,
        "average": _r(height - float(average) * scale),
        "average_text": writer.say("chart.average", value=str(average), unit=chart.unit),
        "legend": [writer.text(series.text) for series in chart.series],
        "plot": [_r(width), _r(height)],
        "alt": writer.say("chart.alt", title=title, **numbers),
        "meter": _meter(chart, writer),
    }


def months(rows: tuple[Month, ...], writer: Writer, width: float, height: float) -> Block:
    """Twelve bars, the last one solid; a month without or with a negative amount is a thin line."""
    top = max([float(row.amount) for row in rows] + [1.0])
    pitch = width / len(rows)
    bar = pitch * 0.68
    form = writer.form
    return {
        "bar": _r(bar),
        "bars": [
            [
                _r(at * pitch + (pitch - bar) / 2),
                _r(max(float(row.amount) / top * height, 0.6)),
                form.month(row.first),
            ]
            for at, row in enumerate(rows)
        ],
        "height": _r(height),
        "alt": writer.say("label.months") + ": " + ", ".join(form.money(row.amount) for row in rows),
    }


def _meter(chart: Chart, writer: Writer) -> Block | None:
    if chart.meter is None:
        return None
    used, included = chart.meter.used, chart.meter.included
    whole = max(used, included, Decimal(1))
    return {
        "inside": _r(float(min(used, included) / whole)),
        "over": _r(float(max(used - included, Decimal(0)) / whole)),
        "text": writer.say("chart.of", used=str(used), included=str(included), unit=chart.unit),
    }


def _ticks(highest: Decimal) -> tuple[float, float]:
    """(step, top of the axis): a round step so that four or five lines are drawn."""
    most = max(float(highest), 1e-6)
    power = 10.0 ** math.floor(math.log10(most / 4))
    step = next(power * digit for digit in (1, 2, 2.5, 5, 10) if power * digit * 4.999 >= most)
    return step, step * math.ceil(most / step - 1e-9)


def _tick(value: float, writer: Writer) -> str:
    return writer.form.number(Decimal(f"{value:g}"))


def _r(value: float) -> float:
    """Hundredths of a point are finer than any printer, and short."""
    return round(value, 2)
