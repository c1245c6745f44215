"""`jet bench`: what can be measured is listed, what cannot is told; the cases themselves take minutes."""

import pytest

from jetbill.bench.measure import Target, case
from jetbill.doors.cli.main import main
from jetbill.doors.cli.plugs import Plugs


def run(*names: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["bench", *names], Plugs(set_up=lambda: None))
    return int(left.value.code or 0)


def test_every_bench_is_listed_with_its_purpose(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} >= {"billing", "pdf", "rating", "usage"}
    assert all(len(line.split()) > 3 for line in lines)


def test_an_unknown_bench_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("moon") == 1
    assert 'there is no bench "moon"; there are ' in capsys.readouterr().err


def test_a_case_says_all_that_a_reader_needs() -> None:
    told = case("rating: voice", 200, 0.5, Target(100, "100/s"))
    assert (told["rate"], told["ratio"], told["against"]) == (400, 4.0, "100/s")
    assert set(told) == {
        *(
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
        )
    }
