"""Numbers that other systems expect, put to the kernel: one test per case, one adapter module per kind.

`JET_ORACLES=/folder pytest tests/oracles -k billing` runs other cases of the same kinds.
"""

import importlib
import os
from pathlib import Path
from typing import Any

import pytest

from tests.oracles.reading import Case, Given, cases, differences

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("JET_ORACLES") or HERE / "cases")


def _params() -> list[Any]:
    params = []
    for case in cases(FOLDER):
        has_adapter = (HERE / "adapters" / f"{case.kind}.py").exists()
        marks = [] if has_adapter else [pytest.mark.skip(reason=f"no adapter for {case.kind} yet")]
        params.append(pytest.param(case, id=case.name, marks=marks))
    return params


@pytest.mark.parametrize("case", _params())
def test_oracle(case: Case) -> None:
    adapter = importlib.import_module(f"tests.oracles.adapters.{case.kind}")
    given = Given(case.given, case.beside)
    answer = adapter.answer(given)
    assert list(given.unread()) == [], "the adapter does not know these input fields"
    assert differences(case, answer) == []
