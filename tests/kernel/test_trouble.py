"""Every kind of trouble tells itself in one line."""

from jetbill.kernel.trouble import BadInput, Failure, OutsideFailure, Refused


def test_a_refusal_is_its_code_with_its_values() -> None:
    assert (
        str(Refused("customer.closed", customer=7, since="May")) == "customer.closed: customer 7, since May"
    )
    assert str(Refused("up.runs_already")) == "up.runs_already"


def test_bad_input_names_its_place_as_far_as_it_is_known() -> None:
    assert (
        str(BadInput("is no day.", file="a.csv", line=3, field="started")) == "a.csv:3: started: is no day."
    )
    assert str(BadInput("is empty.", file="a.csv")) == "a.csv: is empty."
    assert str(BadInput("There is none.")) == "There is none."


def test_a_failure_outside_says_how_sure_we_are() -> None:
    told = OutsideFailure("smtp.away", kind=Failure.TRANSIENT, said="421 later")
    assert str(told) == "smtp.away (transient): 421 later"
    assert str(OutsideFailure("lease.lost", kind=Failure.AMBIGUOUS)) == "lease.lost (ambiguous)"


def test_what_is_quoted_may_run_over_lines_the_sentence_does_not() -> None:
    assert (
        str(BadInput('"0.\n    75 monthly" is no fee', file="a.yaml")) == 'a.yaml: "0. 75 monthly" is no fee'
    )
