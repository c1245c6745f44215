"""The mailbox passes the list, and writes a letter whole or not at all."""

from pathlib import Path
from typing import Any

import pytest

from jetbill.drivers.mail.mailbox.driver import Mailbox
from tests.drivers.mail.mailer_conformance import MailerConformance, letter


class TestMailbox(MailerConformance):
    """Files in a folder."""

    @pytest.fixture
    def working(self, tmp_path: Path) -> Mailbox:
        return Mailbox(tmp_path / "mailbox" / "north")

    @pytest.fixture
    def broken(self, tmp_path: Path) -> Mailbox:
        (tmp_path / "file").write_text("in the way")
        return Mailbox(tmp_path / "file" / "north")

    @pytest.fixture
    def taken(self, working: Mailbox) -> Any:
        return lambda: [path.read_bytes() for path in sorted(working.folder.glob("*.eml"))]

    def test_the_answer_names_the_file(self, working: Mailbox) -> None:
        name = working.send(letter()).split()[-1]
        assert (working.folder / name).is_file()
        assert [path.name for path in working.folder.iterdir()] == [name]
