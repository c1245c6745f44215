"""Payment codes carry exactly what the banks' rules say."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.payment_slips import (
    Address,
    Transfer,
    epc,
    grouped,
    is_iban,
    is_rf_reference,
    qrr_reference,
    rf_reference,
    spayd,
    swiss,
)

IBAN = "IE29AIBK93115212345678"
NORTH = Address("North Networks AG", "Hafenweg", "14", "8000", "Zürich", "CH")
ANN = Address("Ann", "Eschenweg", "27", "8001", "Zürich", "CH")


def test_reference_of_the_standard():
    assert rf_reference("539007547034") == "RF18539007547034"
    assert is_rf_reference("RF18 5390 0754 7034") and not is_rf_reference("RF19539007547034")
    assert rf_reference("INV-2026-104000") == "RF77INV2026104000"


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=21))
def test_every_reference_checks_itself(body):
    assert is_rf_reference(rf_reference(body))


@pytest.mark.parametrize("number", ["", "---", "A" * 22])
def test_a_number_that_makes_no_reference_is_refused(number):
    with pytest.raises(ValueError, match="creditor reference"):
        rf_reference(number)


def test_epc_is_the_text_of_the_guideline():
    transfer = Transfer(
        "North Networks Ltd", IBAN, Decimal("241.26"), bic="AIBKIE2D", reference="RF77INV2026104000"
    )
    assert epc(transfer).split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "AIBKIE2D",
        "North Networks Ltd",
        IBAN,
        "EUR241.26",
        "",
        "RF77INV2026104000",
    ]
    free = Transfer("North", IBAN, Decimal("1"), message="Invoice 1")
    assert epc(free).split("\n")[7:] == ["EUR1.00", "", "", "Invoice 1"]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"iban": "IE29AIBK93115212345679"}, "iban"),
        ({"amount": Decimal("0")}, "amount"),
        ({"amount": Decimal("1.005")}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"name": " "}, "name"),
        ({"name": "A\nB"}, "line break"),
        ({"reference": "INV-1"}, "reference"),
        ({"reference": "RF18539007547034", "message": "x"}, "not both"),
        ({"message": "x" * 141}, "140"),
        ({"name": "é" * 70, "message": "é" * 120}, "331 bytes"),
    ],
)
def test_epc_names_the_field_that_cannot_be(change, message):
    values = {"name": "North", "iban": IBAN, "amount": Decimal("1.00"), **change}
    with pytest.raises(ValueError, match=message):
        epc(Transfer(**values))


def test_swiss_bill_with_a_qr_reference():
    reference = qrr_reference("21000000000313947143000901")
    assert reference == "210000000003139471430009017"
    bill = Transfer(
        "North Networks AG",
        "CH4431999123000889012",
        Decimal("199.95"),
        "CHF",
        reference=reference,
        creditor=NORTH,
    )
    lines = swiss(bill).split("\r\n")
    assert len(lines) == 31
    assert lines[:5] == ["SPC", "0200", "1", "CH4431999123000889012", "S"]
    assert lines[18:20] == ["199.95", "CHF"]
    assert lines[27:] == ["QRR", reference, "", "EPD"]


def test_swiss_bill_with_a_creditor_reference_and_a_payer():
    bill = Transfer(
        "North", "CH9300762011623852957", Decimal("10"), "CHF", "", "RF18539007547034", "Hello", NORTH, ANN
    )
    lines = swiss(bill).split("\r\n")
    assert lines[20:27] == ["S", "Ann", "Eschenweg", "27", "8001", "Zürich", "CH"]
    assert lines[27:30] == ["SCOR", "RF18539007547034", "Hello"]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"creditor": None}, "creditor"),
        ({"iban": IBAN}, "Switzerland"),
        ({"iban": "CH4431999123000889012"}, "QR-IBAN"),
        ({"reference": "123"}, "creditor reference"),
    ],
)
def test_swiss_names_the_field_that_cannot_be(change, message):
    values = {"name": "North", "iban": "CH9300762011623852957", "amount": Decimal("1"), "currency": "CHF"}
    with pytest.raises(ValueError, match=message):
        swiss(Transfer(**{**values, "creditor": NORTH, **change}))
    assert "NON" in swiss(Transfer(**values, creditor=NORTH)).split("\r\n")


def test_spayd_escapes_what_would_end_a_field():
    transfer = Transfer(
        "North s.r.o.", "CZ6508000000192000145399", Decimal("480.5"), "CZK", message="50 % * sleva é"
    )
    assert spayd(transfer, "123") == (
        "SPD*1.0*ACC:CZ6508000000192000145399*AM:480.50*CC:CZK*RN:North s.r.o.*X-VS:123*MSG:50 %25"
        " %2A sleva %C3%A9"
    )
    with pytest.raises(ValueError, match="variable symbol"):
        spayd(transfer, "ABC")


@pytest.mark.parametrize("text, good", [(IBAN, True), ("DE89 3704 0044 0532 0130 00", True), ("DE88", False)])
def test_ibans_check_themselves(text, good):
    assert is_iban(text) == good


def test_references_are_grouped_for_the_eye():
    assert grouped("RF18539007547034") == "RF18 5390 0754 7034"


@pytest.mark.parametrize("digits", ["", "12A", "1" * 27])
def test_a_qr_reference_has_26_digits(digits):
    with pytest.raises(ValueError, match="1 to 26 digits"):
        qrr_reference(digits)
