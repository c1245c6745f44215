"""A mail server that is not ours takes what delivery hands over, and delivers it to a mail folder."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest

from jetbill.drivers.mail.smtp.driver import Smtp
from jetbill.kernel.trouble import Failure, OutsideFailure
from tests.drivers.mail.mailer_conformance import letter

pytestmark = [
    pytest.mark.needs_package("opensmtpd"),
    pytest.mark.skipif(os.geteuid() != 0, reason="opensmtpd starts as root only"),
    pytest.mark.xdist_group("opensmtpd"),  # every opensmtpd of a machine has the same queue
]
CONFIGURATION = """\
listen on 127.0.0.1 port {port}
table people {{ "ann@dental.example" = nobody }}
action keep maildir "{folder}" virtual <people>
match from any for domain "dental.example" action keep
"""


@dataclass(frozen=True)
class Server:
    port: int
    folder: Path

    def has(self, wanted: set[str]) -> bool:
        """Whether letters with these Message-IDs are in the mail folder, now or ten seconds later."""
        for _ in range(200):
            letters = [message_from_bytes(each.read_bytes()) for each in self.folder.glob("**/new/*")]
            if wanted <= {str(letter["Message-ID"]) for letter in letters}:
                return True
            time.sleep(0.05)
        return False


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    home = Path("/tmp") / f"jet-opensmtpd-{os.getpid()}"
    folder = home / "mail"
    folder.mkdir(parents=True)
    for path in (home, folder):
        shutil.chown(path, "nobody", "nogroup")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = home / "smtpd.conf"
    file.write_text(CONFIGURATION.format(port=port, folder=folder))
    log = home / "smtpd.log"
    with log.open("wb") as output:
        process = subprocess.Popen(["smtpd", "-d", "-f", str(file)], stdout=output, stderr=output)
    try:
        _wait(port, log)
        yield Server(port, folder)
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(home, ignore_errors=True)


def _wait(port: int, log: Path) -> None:
    for _ in range(1_200):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"opensmtpd did not start: {log.read_text()}")


def test_letters_arrive_in_the_folder(server: Server) -> None:
    mailer = Smtp("127.0.0.1", server.port, "none")
    content = "Message-ID: %s\r\nSubject: Invoice\r\n\r\n.\r\nGrü\r\n"
    wanted = {f"<{number}.{os.getpid()}@north.example>" for number in range(3)}
    for name in wanted:
        mailer.send(letter(content=(content % name).encode()))
    mailer.close()
    assert server.has(wanted)


def test_somebody_it_does_not_know_is_refused_for_good_and_the_next_letter_goes(server: Server) -> None:
    mailer = Smtp("127.0.0.1", server.port, "none")
    with pytest.raises(OutsideFailure) as failure:
        mailer.send(letter(recipient="bob@nowhere.example"))
    assert failure.value.kind is Failure.PERMANENT
    assert mailer.send(letter())
    mailer.close()
