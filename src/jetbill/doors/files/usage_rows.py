"""Blocks of a usage file as columns of text: CSV, JSON lines and FreeRADIUS' detail; Parquet keeps its types.

A row that cannot be split into its fields is set apart with its reason; everything else becomes columns.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet

from jetbill.doors.files.usage_format import Format, Kind
from jetbill.doors.files.usage_lines import BLOCK_LINES, blocks
from jetbill.kernel.trouble import BadInput
from jetbill.stages.usage.values import Integers

SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row that is no row of this format."""

    line: int
    raw: bytes
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class RowBlock:
    """Consecutive rows: columns by name, each row's line and bytes as they came, and the unreadable ones."""

    columns: Mapping[str, pa.Array]
    line: Integers
    raw: Sequence[bytes]
    broken: tuple[RawRow, ...]
    last_line: int


def row_blocks(path: Path, form: Format, header: tuple[str, ...]) -> Iterator[RowBlock]:
    """The rows of a file that `scan` found readable, in order."""
    if form.kind is Kind.PARQUET:
        yield from _parquet_blocks(path, form)
        return
    if form.kind is Kind.DETAIL:
        yield from _detail_blocks(path, form)
        return
    for block in blocks(path, form.encoding):
        skip = block.line == 1 and form.kind is Kind.CSV and form.header is None
        yield text_rows(block.content, (block.line, skip), form, header)


def text_rows(content: bytes, place: tuple[int, bool], form: Format, header: tuple[str, ...]) -> RowBlock:
    """The rows of complete lines; `place` is the number of the first one and whether it is the header."""
    first, skip = place
    lines = content.split(b"\n")
    del lines[-1]
    number = np.arange(first, first + len(lines), dtype=np.int64)
    last = first + len(lines) - 1
    if skip:
        content, lines, number = content[len(lines[0]) + 1 :], lines[1:], number[1:]
    if b"" in lines:
        kept = [index for index, line in enumerate(lines) if line.strip()]
        lines, number = [lines[index] for index in kept], number[kept]
        content = b"\n".join([*lines, b""])
    read = _csv if form.kind is Kind.CSV else _jsonl
    columns, broken = read(content, lines, form, header)
    if broken:
        good = np.ones(len(lines), bool)
        good[list(broken)] = False
        wrong = tuple(RawRow(int(number[row]), lines[row], reason) for row, reason in broken.items())
        lines = [line for line, is_good in zip(lines, good, strict=True) if is_good]
        return RowBlock(columns, number[good], lines, wrong, last)
    return RowBlock(columns, number, lines, (), last)


_Read = tuple[Mapping[str, pa.Array], dict[int, str]]


def _csv(content: bytes, lines: list[bytes], form: Format, header: tuple[str, ...]) -> _Read:
    wanted = [name for name in form.columns() if name in header]
    broken: dict[int, str] = {}

    def apart(row: arrow_csv.InvalidRow) -> str:
        broken[int(row.number) - 1] = f"has {row.actual_columns} fields instead of {row.expected_columns}"
        return "skip"

    if not lines:
        return {name: pa.array([], pa.string()) for name in wanted}, broken
    table = arrow_csv.read_csv(
        pa.BufferReader(content),
        read_options=arrow_csv.ReadOptions(column_names=list(header), use_threads=False, block_size=2**22),
        parse_options=arrow_csv.ParseOptions(
            delimiter=form.delimiter, quote_char=form.quote, invalid_row_handler=apart
        ),
        convert_options=arrow_csv.ConvertOptions(
            check_utf8=False,
            include_columns=wanted,
            column_types=dict.fromkeys(wanted, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=[""],
        ),
    )
    if table.num_rows + len(broken) != len(lines):
        return _csv_line_by_line(lines, form, header)
    return {name: _one_chunk(table[name]) for name in wanted}, broken


def _csv_line_by_line(lines: list[bytes], form: Format, header: tuple[str, ...]) -> _Read:
    """The exact way: a quote left open swallowed lines of others, and belongs to one only."""
    rows: list[list[str]] = []
    broken: dict[int, str] = {}
    for index, line in enumerate(lines):
        try:
            reader = csv.reader([line.decode()], delimiter=form.delimiter, quotechar=form.quote, strict=True)
            (fields,) = list(reader)
        except (csv.Error, ValueError):
            broken[index] = "a quote is opened and not closed, or stands where none may"
            continue
        if len(fields) == len(header):
            rows.append(fields)
        else:
            broken[index] = f"has {len(fields)} fields instead of {len(header)}"
    place = {name: header.index(name) for name in form.columns() if name in header}
    return {name: _texts([row[at] or None for row in rows]) for name, at in place.items()}, broken


def _jsonl(content: bytes, lines: list[bytes], form: Format, header: tuple[str, ...]) -> _Read:
    wanted = form.columns()
    known = set(wanted)
    rows: list[dict[str, object]] = []
    broken: dict[int, str] = {}
    for index, line in enumerate(lines):
        try:
            row = _DECODER.decode(line.decode())
        except ValueError:
            broken[index] = "is not a JSON object on one line"
            continue
        if reason := _object_fault(row, known, form):
            broken[index] = reason
        else:
            rows.append(row)
    columns = {}
    for name in wanted:
        values = [row.get(name) for row in rows]
        try:
            columns[name] = _texts([value or None for value in values])
        except (pa.ArrowTypeError, pa.ArrowInvalid):
            columns[name] = _texts([_json_text(value) for value in values])
    return columns, broken


def _object_fault(row: object, known: set[str], form: Format) -> str:
    if not isinstance(row, dict):
        return "is not a JSON object on one line"
    if not form.others_ignored and (more := row.keys() - known):
        return f"has the unknown field {sorted(more)[0]!r}"
    nested = [name for name in known & row.keys() if isinstance(row[name], list | dict)]
    return f"{nested[0]}: holds a list or an object instead of a value" if nested else ""


def _json_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or value == "" else str(value)


_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


def _detail_blocks(path: Path, form: Format) -> Iterator[RowBlock]:
    packet: list[bytes] = []
    begun = line = 0
    found: list[tuple[int, list[bytes]]] = []
    for block in blocks(path, form.encoding):
        for line, text in enumerate(block.content.split(b"\n")[:-1], block.line):
            if text.strip():
                begun = begun if packet else line
                packet.append(text)
            elif packet:
                found.append((begun, packet))
                packet = []
        if len(found) >= BLOCK_LINES // 4:
            yield packets(found, form, found[-1][0])
            found = []
    if packet:
        found.append((begun, packet))
    yield packets(found, form, line)


def packets(found: list[tuple[int, list[bytes]]], form: Format, last_line: int) -> RowBlock:
    """Packets of a detail file, each as its lines: a date, then attributes with a blank in front."""
    wanted = {name.encode(): name for name in form.columns()}
    columns: dict[str, list[str | None]] = {name: [] for name in wanted.values()}
    kept, broken = [], []
    for line, texts in found:
        read = _attributes(texts, wanted)
        if not isinstance(read, dict):
            broken.append(RawRow(line, b"\n".join(texts), read))
            continue
        kept.append((line, texts))
        for name, values in columns.items():
            values.append(read.get(name))
    lines = np.array([line for line, _ in kept], np.int64)
    raw = [b"\n".join(texts) for _, texts in kept]
    return RowBlock(
        {name: _texts(values) for name, values in columns.items()}, lines, raw, tuple(broken), last_line
    )


def _attributes(texts: list[bytes], wanted: Mapping[bytes, str]) -> dict[str, str] | str:
    found: dict[str, str] = {}
    if texts[0][:1].isspace():
        return "the packet does not begin with a line that holds its date"
    for text in texts[1:]:
        name, is_there, value = text.strip().partition(b" = ")
        if not is_there:
            return f"{text.decode()[:60].strip()!r} is not an attribute with a value"
        if name in wanted and wanted[name] not in found:
            found[wanted[name]] = _unquoted(value).decode()
    return found


def _unquoted(value: bytes) -> bytes:
    if len(value) < 2 or value[:1] != b'"' or value[-1:] != b'"':
        return value
    inner = value[1:-1]
    return inner.replace(b'\\"', b'"').replace(b"\\\\", b"\\") if b"\\" in inner else inner


def open_parquet(path: Path) -> parquet.ParquetFile:
    """The Parquet file at `path`; raises BadInput if it is none."""
    try:
        return parquet.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        first = str(error).splitlines()[0][:200]
        raise BadInput(f"is not a Parquet file: {first}", file=str(path)) from None


def _parquet_blocks(path: Path, form: Format) -> Iterator[RowBlock]:
    wanted = list(form.columns())
    line = 1
    with open_parquet(path) as file:
        wanted = [name for name in wanted if name in file.schema_arrow.names]
        for batch in file.iter_batches(BLOCK_LINES, columns=wanted):
            numbers = np.arange(line, line + batch.num_rows, dtype=np.int64)
            line += batch.num_rows
            columns = {name: _plain(batch.column(name)) for name in wanted}
            yield RowBlock(columns, numbers, _Rendered(columns, wanted), (), line - 1)


class _Rendered(Sequence[bytes]):
    """Parquet rows as JSON objects, made when a bad one must be shown or a row without id be told apart."""

    def __init__(self, columns: Mapping[str, pa.Array], names: list[str]) -> None:
        self._columns, self._names = columns, names

    def __len__(self) -> int:
        return len(self._columns[self._names[0]])

    def __getitem__(self, row: int) -> bytes:  # type: ignore[override]
        values = {name: self._columns[name][row].as_py() for name in self._names}
        return json.dumps({name: None if v is None else str(v) for name, v in values.items()}).encode()


def _plain(array: pa.Array) -> pa.Array:
    """Types that the conversions know: integers, timestamps, text with null for empty."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_integer(array.type) or pa.types.is_timestamp(array.type):
        return array
    texts = array.cast(pa.string())
    return pa.compute.if_else(pa.compute.equal(texts, ""), None, texts)


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _texts(values: Sequence[object]) -> pa.Array:
    return pa.array(values, pa.string())
