"""The bytes of issued documents on disk, named by what they are: they can be added and read, never changed.

`<folder>/<realm id>/<first two digits>/<sha256>.pdf`, written beside, synced and renamed: a file that is
there is whole.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from jetbill.kernel.trouble import Failure, OutsideFailure


@dataclass(frozen=True, slots=True)
class Archive:
    """Where the documents of all realms lie; each realm has its own folder in it."""

    folder: Path

    def path(self, realm: int, digest: bytes) -> Path:
        """Where the bytes with this SHA-256 lie."""
        name = bytes(digest).hex()
        return self.folder / str(realm) / name[:2] / f"{name}.pdf"

    def keep(self, realm: int, content: bytes) -> bytes:
        """Store `content`, which survives a power cut from then on; returns its SHA-256."""
        digest = hashlib.sha256(content).digest()
        path = self.path(realm, digest)
        if path.exists():
            return digest
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside = path.with_name(f".{path.name}.{os.getpid()}")
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            _sync(path.parent)
        except OSError as trouble:
            raise OutsideFailure("archive.unwritable", kind=Failure.TRANSIENT, said=str(trouble)) from trouble
        return digest

    def read(self, realm: int, digest: bytes) -> bytes:
        """The bytes; raises OutsideFailure "archive.missing" or "archive.changed" if they are not those."""
        try:
            content = self.path(realm, digest).read_bytes()
        except OSError as trouble:
            raise OutsideFailure("archive.missing", kind=Failure.PERMANENT, said=str(trouble)) from trouble
        if hashlib.sha256(content).digest() != bytes(digest):
            said = str(self.path(realm, digest))
            raise OutsideFailure("archive.changed", kind=Failure.PERMANENT, said=said)
        return content


def _sync(folder: Path) -> None:
    """A new name counts once its folder is on disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
