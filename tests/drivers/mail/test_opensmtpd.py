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

    def delivered(self, count: int) -> list[bytes]:
        """The letters in the mail folder, once there are `count`."""
        for _ in range(200):
            files = list(self.folder.glob("**/new/*"))
            if len(files) >= count:
                return [file.read_bytes() for file in files]
            time.sleep(0.05)
        raise AssertionError(f"{len(files)} letters arrived, not {count}")


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
    process = subprocess.Popen(
        ["smtpd", "-d", "-f", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port)
        yield Server(port, folder)
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(home, ignore_errors=True)


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("opensmtpd did not start")


def test_letters_arrive_in_the_folder(server: Server) -> None:
    mailer = Smtp("127.0.0.1", server.port, "none")
    content = b"Message-ID: <%d@north.example>\r\nSubject: Invoice\r\n\r\n.\r\nGr\xc3\xbc\r\n"
    for number in range(3):
        mailer.send(letter(content=content % number))
    mailer.close()
    found = sorted(str(message_from_bytes(each)["Message-ID"]) for each in server.delivered(3))
    assert found == [f"<{number}@north.example>" for number in range(3)]


def test_somebody_it_does_not_know_is_refused_for_good_and_the_next_letter_goes(server: Server) -> None:
    mailer = Smtp("127.0.0.1", server.port, "none")
    with pytest.raises(OutsideFailure) as failure:
        mailer.send(letter(recipient="bob@nowhere.example"))
    assert failure.value.kind is Failure.PERMANENT
    assert mailer.send(letter())
    mailer.close()
