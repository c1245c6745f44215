"""YAML as people mean it: scalars stay text, every refusal is one sentence with file, line and field."""

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.doors.files.marked_yaml import MAX_BYTES, Node, parse_yaml, read_yaml
from jetbill.kernel.book import Timing
from jetbill.kernel.trouble import BadInput


def one(text: str) -> Node:
    return parse_yaml(f"a: {text}\n", "b.yaml").mapping()["a"]


@pytest.mark.parametrize(
    "written", ["NO", "0044", "12:30", "31.00", "null", "~", "1e3", "2026-01-31", "=", "on"]
)
def test_a_scalar_means_what_it_says(written: str) -> None:
    assert one(written).text() == written


def test_typed_readers() -> None:
    assert one("31.00").decimal() == Decimal("31.00") and str(one("31.00").decimal()) == "31.00"
    assert one("-0.005").decimal() == Decimal("-0.005")
    assert one("0044").integer() == 44
    assert one("2026-02-28").date() == date(2026, 2, 28)
    assert one("07:30").time() == time(7, 30) and one("24:00").time() is None
    assert one("NO").boolean() is False and one("true").boolean() is True
    assert one("arrears").choice(Timing) is Timing.ARREARS
    assert one("[x, y]").texts() == ["x", "y"] and one("x").texts() == ["x"]


def test_a_node_knows_its_place() -> None:
    top = parse_yaml("plans:\n  fiber:\n    fees:\n      - {price: 1}\n      - {price: 2}\n", "b.yaml")
    fees = top.mapping()["plans"].mapping()["fiber"].mapping()["fees"].items()
    price = fees[1].mapping(["price"])["price"]
    assert (price.field, price.line, price.column) == ("plans.fiber.fees[2].price", 5, 17)
    assert str(price.trouble("is odd")) == "b.yaml:5: plans.fiber.fees[2].price: is odd"


READ: list[tuple[str, Callable[[Node], object], str]] = [
    ("1,000.00", Node.decimal, '"1,000.00" is not a number such as 1000.50 (point, no thousands separator)'),
    ("1e3", Node.decimal, '"1e3" is not a number such as 1000.50 (point, no thousands separator)'),
    ("NaN", Node.decimal, '"NaN" is not a number such as 1000.50 (point, no thousands separator)'),
    ("-1", lambda n: n.decimal(minimum=0), "-1 is too small: at least 0"),
    ("32", lambda n: n.integer(maximum=31), "32 is too large: at most 31"),
    ("1.5", Node.integer, '"1.5" is not a whole number'),
    ("2026-02-30", Node.date, "2026-02-30 is not a day of the calendar"),
    ("31.1.2026", Node.date, '"31.1.2026" is not a date such as 2026-01-31'),
    ("25:00", Node.time, "25:00 is not a time of the day"),
    ("maybe", Node.boolean, '"maybe" is neither yes nor no'),
    ("arrear", lambda n: n.choice(Timing), 'unknown timing "arrear"; did you mean "arrears"?'),
    ("[1]", Node.text, "expected a single value, found a list"),
    ("", Node.text, "a value is missing"),
    ("x", Node.items, 'expected a list, found only "x"'),
    ("x", Node.mapping, 'expected keys with values, found only "x"'),
    ("{b: 1}", lambda n: n.mapping()["c"], '"c" is missing'),
    (
        "two words",
        Node.code,
        '"two words" is not a code: use letters, digits and _ . + - (at most 64), no blanks',
    ),
]


@pytest.mark.parametrize("written, read, sentence", READ)
def test_a_wrong_value_is_one_sentence(written: str, read: Callable[[Node], object], sentence: str) -> None:
    with pytest.raises(BadInput) as wrong:
        read(one(written))
    assert str(wrong.value) == f"b.yaml:1: a: {sentence}"


def test_an_unknown_key_suggests_the_known_one() -> None:
    with pytest.raises(BadInput, match=r'b.yaml:2: fea: unknown key "fea"; did you mean "fee"\?'):
        parse_yaml("name: x\nfea: 1\n", "b.yaml").mapping(["name", "fee"])


FILES = [
    ("a: 1\nb: 2\na: 3\n", 'b.yaml:3: the key "a" is already there, on line 1'),
    ("x:\n  a: 1\n  a: 3\n", 'b.yaml:3: x: the key "a" is already there, on line 2'),
    ("a: [1, 2\n", "b.yaml:2: this is not YAML: did not find expected ',' or ']'"),
    ("a:\n\t- 1\n", "b.yaml:2: this is not YAML: found character that cannot start any token"),
    ("a: 1\n---\nb: 2\n", "b.yaml:2: a second document begins here; a file holds one"),
    ("a: !!python/name:os.system 1\n", "the tag tag:yaml.org,2002:python/name:os.system has no meaning here"),
    ("a: *x\n", "b.yaml:1: a: *x names nothing that is complete above this line"),
    ("a: &x\n  b: *x\n", "b.yaml:2: a.b: *x names nothing that is complete above this line"),
    ("", "b.yaml:1: is empty"),
    ("? [1, 2]\n: 3\n", "a key must be a single value"),
    ("[" * 41 + "]" * 41, "b.yaml:1: is nested deeper than 40 levels"),
    ("[" * 100_000, "b.yaml:1: this is not YAML: exceeded maximum nesting depth"),
    ("a" * (MAX_BYTES + 1), "b.yaml: is larger than 8 MiB"),
    (b"a: 1\nb: \xff\n", "b.yaml:2: is not UTF-8: byte 0xff cannot be read"),
    ("a: \x00\n", "b.yaml: this is not YAML: "),
]


@pytest.mark.parametrize("content, sentence", FILES)
def test_a_wrong_file_is_refused_whole(content: str | bytes, sentence: str) -> None:
    with pytest.raises(BadInput) as wrong:
        parse_yaml(content, "b.yaml")
    assert sentence in str(wrong.value) and "\n" not in str(wrong.value)


def test_a_few_aliases_cannot_become_gigabytes() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(BadInput, match="holds more than 500000 values once aliases are written out"):
        parse_yaml("\n".join(lines), "b.yaml")


def test_an_alias_is_the_same_value_at_another_place() -> None:
    top = parse_yaml("a: &x {fee: 1}\nb: *x\n", "b.yaml").mapping()
    assert top["b"].mapping()["fee"].field == "b.fee"


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: No such file or directory"):
        read_yaml(tmp_path / "none.yaml")


@given(st.binary(max_size=200) | st.text("[]{}:,-&*!|>'\"#%@ \n\tab1", max_size=80))
def test_any_bytes_are_a_tree_or_one_sentence(content: bytes | str) -> None:
    try:
        parse_yaml(content, "b.yaml")
    except BadInput as wrong:
        assert wrong.file == "b.yaml" and "\n" not in str(wrong)
