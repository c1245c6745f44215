"""The mailbox of development: each letter becomes an .eml file that `jet mail` and mail programs show."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from jetbill.kernel.trouble import Failure, OutsideFailure
from jetbill.stages.delivery.port import Letter


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Writes into `folder`, under a name made from the Message-ID: the same letter twice is one file."""

    folder: Path

    def send(self, letter: Letter) -> str:
        """Write the letter, whole or not at all."""
        letter.refuse_unusable_addresses()
        name = hashlib.sha256(letter.message_id.encode()).hexdigest()[:24] + ".eml"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = self.folder / f".{name}.{os.getpid()}"
            with draft.open("wb") as file:
                file.write(letter.content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.folder / name)
        except OSError as error:
            raise OutsideFailure("mailbox.unwritable", kind=Failure.TRANSIENT, said=str(error)) from error
        return f"written to {name}"

    def close(self) -> None:
        """Nothing is kept open."""
