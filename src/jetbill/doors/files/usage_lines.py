"""A usage file as lines: looked through once before anything is stored, then read in bounded blocks.

`scan` refuses a file that cannot be what its format says (encoding, a row over 64 KiB, an empty file), so
that a refused file has left nothing behind. Files that end in .gz are unpacked on the way.
"""

import codecs
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO, cast

import numpy as np

from jetbill.kernel.trouble import BadInput

MAX_ROW_BYTES = 64 * 1024
BLOCK_BYTES = 16 * 2**20
BLOCK_LINES = 200_000
_NEWLINE = 10


@dataclass(frozen=True, slots=True)
class Scan:
    """What a look through the whole file found; `first` is its first line, `digest` of the bytes as read."""

    digest: str
    size: int
    lines: int
    first: str


@dataclass(frozen=True, slots=True)
class Block:
    """Complete lines in UTF-8 without carriage returns; `line` is the number of the first, from 1."""

    content: bytes
    line: int


def open_bytes(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked; raises BadInput if it cannot be opened."""
    try:
        plain = path.open("rb")
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", file=str(path)) from None
    return cast(IO[bytes], gzip.open(plain)) if path.suffix == ".gz" else plain


def scan(path: Path, encoding: str) -> Scan:
    """Look through the whole file; raises BadInput with the line for what makes it unreadable as text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    digest, size, lines, carried = blake2b(digest_size=16), 0, 0, 0
    first = b""
    with open_bytes(path) as file:
        while chunk := _read(file, path):
            _check_text(chunk, decoder, path, lines)
            ends = np.flatnonzero(np.frombuffer(chunk, np.uint8) == _NEWLINE)
            carried = _check_lengths(ends, carried, len(chunk), (path, lines))
            first = first if b"\n" in first else (first + chunk)[: MAX_ROW_BYTES + 1]
            digest.update(chunk)
            size += len(chunk)
            lines += len(ends)
    _check_text(b"", decoder, path, lines, final=True)
    if size == 0:
        raise BadInput("is empty", file=str(path))
    title = first.split(b"\n", 1)[0].decode(encoding).removeprefix("\ufeff").rstrip("\r")
    return Scan(digest.hexdigest(), size, lines + bool(carried), title)


def blocks(path: Path, encoding: str) -> Iterator[Block]:
    """All lines in order, at most BLOCK_LINES and about BLOCK_BYTES at a time."""
    line, rest = 1, b""
    with open_bytes(path) as file:
        while chunk := file.read(BLOCK_BYTES):
            rest += chunk
            while len(rest) >= BLOCK_BYTES and (cut := _cut(rest)):
                yield (block := _block(rest[:cut], line, encoding))
                line += block.content.count(b"\n")
                rest = rest[cut:]
    rest += b"" if rest.endswith(b"\n") or not rest else b"\n"
    while cut := _cut(rest):
        yield (block := _block(rest[:cut], line, encoding))
        line += block.content.count(b"\n")
        rest = rest[cut:]


def _read(file: IO[bytes], path: Path) -> bytes:
    try:
        return file.read(4 * 2**20)
    except (OSError, EOFError) as error:
        raise BadInput(f"cannot be unpacked: {error}", file=str(path)) from None


def _check_text(
    chunk: bytes, decoder: codecs.IncrementalDecoder, path: Path, lines: int, *, final: bool = False
) -> None:
    name = str(path)
    if (place := chunk.find(b"\0")) >= 0:
        line = lines + chunk[:place].count(b"\n") + 1
        raise BadInput("is not text: it holds a zero byte (is it UTF-16?)", file=name, line=line)
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        line = lines + error.object[: error.start].count(b"\n") + 1
        wrong = f"0x{error.object[error.start]:02x}"
        raise BadInput(
            f"is not {error.encoding.upper()}: the byte {wrong} means nothing there", file=name, line=line
        ) from None


def _check_lengths(ends: "np.ndarray", carried: int, size: int, place: tuple[Path, int]) -> int:
    """Refuse a line over the limit; returns the length of the unfinished line at the end."""
    path, lines = place
    edges = np.concatenate(([-1 - carried], ends, [size]))
    lengths = np.diff(edges) - 1
    if (longest := int(lengths.max())) > MAX_ROW_BYTES:
        line = lines + int(lengths.argmax()) + 1
        raise BadInput(
            f"has a row of over {MAX_ROW_BYTES // 1024} KiB ({longest})", file=str(path), line=line
        )
    return int(lengths[-1])


def _cut(content: bytes) -> int:
    """Where the first BLOCK_LINES complete lines end; 0 if none is complete."""
    if content.count(b"\n", 0, BLOCK_BYTES) <= BLOCK_LINES:
        return content.rfind(b"\n", 0, BLOCK_BYTES) + 1
    ends = np.flatnonzero(np.frombuffer(content[:BLOCK_BYTES], np.uint8) == _NEWLINE)
    return int(ends[BLOCK_LINES - 1]) + 1


def _block(content: bytes, line: int, encoding: str) -> Block:
    if encoding not in ("utf-8", "utf8"):
        content = content.decode(encoding).encode()
    if line == 1:
        content = content.removeprefix(codecs.BOM_UTF8)
    return Block(content.replace(b"\r\n", b"\n") if b"\r" in content else content, line)
