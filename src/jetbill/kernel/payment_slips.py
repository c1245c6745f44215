"""What the code on a payment slip says, scheme by scheme: EPC069-12, Swiss QR-bill, SPAYD; and its reference.

Pure text in, text out; drawing is done elsewhere. Example: invoice INV-2026-1 gets the creditor reference
(ISO 11649) "RF" + two check digits + "INV20261", so that a bank can match the payment exactly.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

EPC_MAX_BYTES = 331
SWISS_MAX_CHARACTERS = 997


@dataclass(frozen=True, slots=True)
class Address:
    """A structured address, as the Swiss QR-bill wants it; `country` is ISO 3166 alpha-2."""

    name: str
    street: str
    house_number: str
    postcode: str
    city: str
    country: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """A credit transfer asked for. Either `reference` (structured) or `message` (free text), never both in
    EPC.
    """

    name: str
    iban: str
    amount: Decimal
    currency: str = "EUR"
    bic: str = ""
    reference: str = ""
    message: str = ""
    creditor: Address | None = None
    debtor: Address | None = None


def rf_reference(number: str) -> str:
    """The ISO 11649 creditor reference made from a document number: its letters and digits, at most 21 of
    them.

    Raises ValueError where the number holds more than that, or none.
    """
    body = re.sub("[^A-Z0-9]", "", number.upper())
    if not 1 <= len(body) <= 21:
        raise ValueError(f"{number!r} has {len(body)} letters and digits, a creditor reference holds 1 to 21")
    return f"RF{98 - _mod_97(body + 'RF00'):02}{body}"


def is_rf_reference(text: str) -> bool:
    """Whether the check digits of an RF reference are right."""
    plain = text.replace(" ", "").upper()
    return bool(re.fullmatch("RF[0-9]{2}[A-Z0-9]{1,21}", plain)) and _mod_97(plain[4:] + plain[:4]) == 1


def is_iban(text: str) -> bool:
    """Whether form and check digits of an IBAN are right; whether the account exists only the bank knows."""
    plain = text.replace(" ", "").upper()
    return (
        bool(re.fullmatch("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", plain)) and _mod_97(plain[4:] + plain[:4]) == 1
    )


def qrr_reference(digits: str) -> str:
    """The 27 digit QR reference of a Swiss QR-IBAN: 26 digits and one check digit (modulo 10, recursive)."""
    if not re.fullmatch("[0-9]{1,26}", digits):
        raise ValueError(f"{digits!r}: a QR reference is made from 1 to 26 digits")
    padded, carry = digits.zfill(26), 0
    for digit in padded:
        carry = _QRR_TABLE[(carry + int(digit)) % 10]
    return f"{padded}{(10 - carry) % 10}"


def epc(transfer: Transfer) -> str:
    """EPC069-12 version 2 for a SEPA credit transfer. Raises ValueError that names the field that cannot
    be.
    """
    _check(transfer, ("EUR",))
    if transfer.reference and transfer.message:
        raise ValueError("reference, message: a SEPA code carries one of them, not both")
    if transfer.reference and not is_rf_reference(transfer.reference):
        raise ValueError(f"reference: {transfer.reference!r} is no creditor reference (ISO 11649)")
    if len(transfer.message) > 140:
        raise ValueError("message: longer than 140 characters")
    lines = (
        "BCD",
        "002",
        "1",
        "SCT",
        transfer.bic,
        transfer.name[:70],
        transfer.iban.replace(" ", ""),
        f"EUR{transfer.amount:.2f}",
        "",
        transfer.reference.replace(" ", ""),
        transfer.message,
    )
    payload = "\n".join(lines).rstrip("\n")
    if len(payload.encode()) > EPC_MAX_BYTES:
        raise ValueError(
            f"name, message: the code holds {EPC_MAX_BYTES} bytes, this has {len(payload.encode())}"
        )
    return payload


def swiss(transfer: Transfer) -> str:
    """Swiss QR-bill 2.2/2.3 with structured addresses. Raises ValueError that names the field that cannot
    be.
    """
    _check(transfer, ("CHF", "EUR"))
    if transfer.creditor is None:
        raise ValueError("creditor: a QR-bill names the creditor's address")
    iban = transfer.iban.replace(" ", "")
    if iban[:2] not in ("CH", "LI"):
        raise ValueError(f"iban: {iban!r} is no account in Switzerland or Liechtenstein")
    kind, reference = _swiss_reference(iban, transfer.reference.replace(" ", ""))
    lines = ["SPC", "0200", "1", iban, *_swiss_address(transfer.creditor), *[""] * 7]
    lines += [f"{transfer.amount:.2f}", transfer.currency, *_swiss_address(transfer.debtor)]
    lines += [kind, reference, transfer.message[:140], "EPD"]
    payload = "\r\n".join(lines)
    if len(payload) > SWISS_MAX_CHARACTERS:
        raise ValueError(
            f"message: the code holds {SWISS_MAX_CHARACTERS} characters, this has {len(payload)}"
        )
    return payload


def spayd(transfer: Transfer, variable_symbol: str = "") -> str:
    """Short payment descriptor 1.0 (Czech banks); `variable_symbol` is up to ten digits."""
    _check(transfer, None)
    if not re.fullmatch("[0-9]{0,10}", variable_symbol):
        raise ValueError(f"variable symbol: {variable_symbol!r} is not up to ten digits")
    account = transfer.iban.replace(" ", "") + (f"+{transfer.bic}" if transfer.bic else "")
    parts = [f"ACC:{account}", f"AM:{transfer.amount:.2f}", f"CC:{transfer.currency}"]
    if transfer.name:
        parts.append(f"RN:{_spayd_text(transfer.name[:35])}")
    if variable_symbol:
        parts.append(f"X-VS:{variable_symbol}")
    if transfer.message:
        parts.append(f"MSG:{_spayd_text(transfer.message[:60])}")
    return "SPD*1.0*" + "*".join(parts)


def grouped(text: str, size: int = 4) -> str:
    """An IBAN or reference in groups for the eye."""
    plain = text.replace(" ", "")
    return " ".join(plain[at : at + size] for at in range(0, len(plain), size))


_QRR_TABLE = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)


@lru_cache(maxsize=1024)
def _mod_97(text: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in text)) % 97


def _check(transfer: Transfer, currencies: tuple[str, ...] | None) -> None:
    if not transfer.name.strip():
        raise ValueError("name: empty")
    if not is_iban(transfer.iban):
        raise ValueError(f"iban: the check digits of {transfer.iban!r} are wrong")
    if not Decimal("0.01") <= transfer.amount <= Decimal("999999999.99"):
        raise ValueError(f"amount: {transfer.amount} is not between 0.01 and 999999999.99")
    if transfer.amount != transfer.amount.quantize(Decimal("0.01")):
        raise ValueError(f"amount: {transfer.amount} has more than two decimals")
    if currencies and transfer.currency not in currencies:
        raise ValueError(f"currency: {transfer.currency} is not {' or '.join(currencies)}")
    if any(sign in transfer.name + transfer.message for sign in "\r\n"):
        raise ValueError("name, message: a line break cannot be carried")


def _swiss_reference(iban: str, reference: str) -> tuple[str, str]:
    """QR-IBANs (institution 30000–31999) take a QR reference, other accounts an RF reference or none."""
    is_qr_iban = "30000" <= iban[4:9] <= "31999"
    if is_qr_iban:
        if not re.fullmatch("[0-9]{27}", reference) or qrr_reference(reference[:26]) != reference:
            raise ValueError(f"reference: a QR-IBAN needs a QR reference, {reference!r} is none")
        return "QRR", reference
    if not reference:
        return "NON", ""
    if not is_rf_reference(reference):
        raise ValueError(f"reference: {reference!r} is no creditor reference (ISO 11649)")
    return "SCOR", reference


def _swiss_address(address: Address | None) -> list[str]:
    if address is None:
        return [""] * 7
    kind = [address.name[:70], address.street[:70], address.house_number[:16]]
    return ["S", *kind, address.postcode[:16], address.city[:35], address.country]


def _spayd_text(text: str) -> str:
    """Asterisk ends a field and percent begins an escape, so both are escaped; so is what is not ASCII."""
    return "".join(sign if " " <= sign <= "~" and sign not in "*%" else _percent(sign) for sign in text)


def _percent(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode())
