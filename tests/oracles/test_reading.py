"""The oracle reader itself: it is strict about the input and about what an answer must hold."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.oracles.reading import Case, Given, cases, differences, same


def case(expected: dict[str, object]) -> Case:
    return Case("billing/x-1", "x", {}, expected, {"months": "0.01"}, {})


def test_a_field_that_nobody_reads_is_told() -> None:
    given = Given({"units": "1", "tier": {"up_to": "5", "cap": "3"}, "more": []})
    given.number("units")
    given.inner("tier").number("up_to")
    assert list(given.unread()) == ["more", "cap"]


def test_an_unknown_value_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown value 'sideways'"):
        Given({"mode": "sideways"}).choice("mode", {"advance": 1})
    with pytest.raises(KeyError, match="units"):
        Given({}).number("units")
    with pytest.raises(ValueError, match="not a number"):
        Given({"units": True}).number("units")
    with pytest.raises(ValueError, match="whole"):
        Given({"units": "1.5"}).whole("units")
    with pytest.raises(ValueError, match="end in Z"):
        Given({"at": "2026-01-01T00:00:00"}).instant("at")
    with pytest.raises(ValueError, match="neither"):
        Given({"first": "yes"}).flag("first", False)
    with pytest.raises(ValueError, match="object"):
        Given({"tier": 5}).inner("tier")


def test_null_is_absent_where_there_is_a_default() -> None:
    assert Given({"cap": None}).number("cap", None) is None
    assert "cap" not in Given({"cap": None})


def test_a_missing_field_of_the_answer_is_a_failure() -> None:
    assert differences(case({"amount": "1"}), {}) != []
    assert differences(case({"amount": "1"}), {"amount": Decimal("1.00"), "more": 5}) == []


def test_values_are_compared_not_spellings() -> None:
    assert same("3.0", 3)
    assert same("85/92", Fraction(85, 92))
    assert same("2024-01-31", date(2024, 1, 31))
    assert not same("0.1", Fraction(1, 3))
    assert not same(None, 0)
    assert not same(True, 1)
    assert same([{"a": "1"}, None], [{"a": 1}, None])
    assert not same({"a": "1"}, {"a": 1, "b": 2})
    assert not same(["1"], [1, 2])
    assert same("up", "up")


def test_a_tolerance_holds_for_its_field() -> None:
    assert differences(case({"months": "0.333"}), {"months": Fraction(1, 3)}) == []
    assert differences(case({"months": "0.3"}), {"months": Fraction(1, 3)}) != []


def test_cases_are_found_by_folder_and_kind(tmp_path: Path) -> None:
    (tmp_path / "rating").mkdir()
    told = {"kind": "call_cost", "deck": [1], "cases": [{"id": "a:1", "input": {"x": 1.10}, "expected": {}}]}
    (tmp_path / "rating" / "other_name.json").write_text(json.dumps(told))
    (found,) = cases(tmp_path)
    assert (found.name, found.kind, found.beside["deck"]) == ("rating/a:1", "call_cost", [1])
    assert found.given["x"] == Decimal("1.1")
