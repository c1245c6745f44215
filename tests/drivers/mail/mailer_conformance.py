"""The list that every mail driver passes: inherit it and give `working`, `broken` and `taken`."""

from pathlib import Path
from typing import Any

import pytest

from jetbill.kernel.trouble import Failure, OutsideFailure
from jetbill.stages.delivery.port import Letter, Mailer

CONTENT = b"Message-ID: <one@north.example>\r\nSubject: Your invoice\r\n\r\n.\r\n..two dots\r\nGr\xc3\xbc\r\n"


def letter(number: str = "one", **more: Any) -> Letter:
    values: dict[str, Any] = {
        "message_id": f"<{number}@north.example>",
        "sender": "bounce+1@north.example",
        "recipient": "ann@dental.example",
        "content": CONTENT.replace(b"one@", number.encode() + b"@"),
    }
    return Letter(**{**values, **more})


class MailerConformance:
    """What delivery relies on, whatever the driver."""

    def test_the_very_bytes_arrive(self, working: Mailer, taken: Any) -> None:
        assert working.send(letter())
        assert taken() == [CONTENT]

    def test_one_mailer_carries_many_letters_and_opens_again_after_close(
        self, working: Mailer, taken: Any
    ) -> None:
        working.send(letter("one"))
        working.send(letter("two"))
        working.close()
        working.close()
        working.send(letter("three"))
        assert len(taken()) == 3

    def test_the_same_letter_twice_has_the_same_id(self, working: Mailer, taken: Any) -> None:
        working.send(letter())
        working.send(letter())
        assert set(taken()) == {CONTENT}

    def test_an_outage_is_not_permanent(self, broken: Mailer) -> None:
        with pytest.raises(OutsideFailure) as failure:
            broken.send(letter())
        assert failure.value.kind is Failure.TRANSIENT

    def test_a_line_break_in_an_address_is_refused_for_good(self, working: Mailer, taken: Any) -> None:
        for bad in ("ann@dental.example\r\nRCPT TO:<bob@x.example>", "Ann", "änn@dental.example"):
            with pytest.raises(OutsideFailure) as failure:
                working.send(letter(recipient=bad))
            assert failure.value.kind is Failure.PERMANENT
        assert taken() == []

    def test_a_password_is_never_shown(self, working: Mailer, tmp_path: Path) -> None:
        assert "s3cret" not in repr(working)
