"""Text of a file, decompressed and decoded line by line, so that a file may be larger than memory.

Three limits keep it so: the longest line, the largest text that must be read in one piece, and how far a compressed
file may expand.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from workbench.errors import DatasetError

__all__ = ["COMPRESSED", "ENCODED", "MAX_LINE", "damage", "lines", "not_text", "plain_name", "whole_text"]

COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
MAX_LINE = 64 << 20
"""The longest line, in characters: far more than any model's context, and little enough to hold."""
MAX_WHOLE = 512 << 20
"""The largest text that is read in one piece (``.json``), in characters."""
ENCODED = "Save the file as UTF-8; Excel and older Windows programs write another encoding unless told."
BLOCK = 1 << 20
EXPANDED = 1 << 30
"""Below this size no compressed file is refused, however small it was."""
EXPANSION = 200
"""How many times its size a compressed file may grow: text grows 3 to 20 times, very repetitive logs up to 100.
The environment variable ``WORKBENCH_MAX_EXPANSION`` sets another."""
MARKS = {  # UTF-32 first: its mark begins with that of UTF-16
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip


MAGIC = {
    b"\x1f\x8b": "gzip data: name it .gz", b"BZh": "bzip2 data: name it .bz2", b"\xfd7zXZ": "xz data: name it .xz",
    b"\x28\xb5\x2f\xfd": "zstd data: name it .zst",
    b"PK\x03\x04": "a zip archive, as Excel's .xlsx is: unpack it, or save the table as CSV in UTF-8",
    b"PAR1": "a parquet file: name it .parquet",
    b"\xd0\xcf\x11\xe0": "an old Excel file: save the table as CSV in UTF-8",
}  # fmt: skip
"""How files of other kinds begin, and what to do with them."""


def plain_name(name: str) -> str:
    """A file's name in small letters, without the suffix of its compression."""
    name = name.lower()
    suffix = Path(name).suffix
    return name.removesuffix(suffix) if suffix in COMPRESSED else name


def lines(path: Path, newline: str = "\n") -> Iterator[tuple[str, int]]:
    """The lines of a text file with their ends.

    Bytes that are not UTF-8 become lone surrogates, which `damage` finds.

    Parameters
    ----------
    path
        A file, compressed or not, in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.
    newline
        ``"\\n"``, or ``""`` where a carriage return ends a line too.

    Yields
    ------
    line : str
        At most `MAX_LINE` characters.
    more : int
        How many characters a longer line has beyond these; otherwise 0.

    Raises
    ------
    DatasetError
        For a file that cannot be opened or decompressed, or an archive that expands too far.
    """
    number = 0
    with _text(path, newline) as file:
        try:
            while line := file.readline(MAX_LINE):
                number += 1
                more = 0
                if len(line) == MAX_LINE and line[-1] not in "\r\n":
                    while (rest := file.readline(MAX_LINE)) and len(rest) == MAX_LINE and rest[-1] not in "\r\n":
                        more += len(rest)
                    more += len(rest) or 1
                yield line, more
        except UnicodeDecodeError as error:
            raise DatasetError(_not_its_mark(path, number, error)) from None


def whole_text(path: Path) -> str:
    """The text of a file that has to be read in one piece.

    Raises
    ------
    DatasetError
        Also for a text over `MAX_WHOLE`, or one that is not UTF-8.
    """
    with _text(path, "") as file:
        try:
            text = file.read(MAX_WHOLE + 1)
        except UnicodeDecodeError as error:
            raise DatasetError(_not_its_mark(path, 0, error)) from None
    if len(text) > MAX_WHOLE:
        raise DatasetError(
            f"{path}: a .json file is read in one piece, and this one has more than {MAX_WHOLE:,} characters. Write "
            "one object a line and name it .jsonl, which is read row by row."
        )
    at = damage(text)
    if at >= 0:
        raise DatasetError(f"{path}, line {text.count(chr(10), 0, at) + 1}: {not_text(text, at)}. {ENCODED}")
    return text


def damage(text: str) -> int:
    """Where the text has a byte that was not UTF-8; -1 where it has none."""
    if text.isascii():
        return -1
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return -1


def not_text(text: str, at: int) -> str:
    """What to say of such a byte."""
    return f"not UTF-8 (byte 0x{ord(text[at]) & 0xFF:02x} after {text[max(0, at - 20) : at]!r})"


class _Bytes(io.RawIOBase):
    """The bytes of a file, decompressed; what goes wrong becomes an error that names the file."""

    def __init__(self, path: Path):
        self.path, self.packed = path, path.suffix.lower() in COMPRESSED
        self.total, self.most = 0, 0
        try:
            self.most = max(EXPANDED, _expansion() * path.stat().st_size)
            self.file = _open(path)
        except OSError as error:
            raise DatasetError(f"{path}: cannot be read ({error.strerror or error}).") from None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self.file.read(len(buffer))
        except (EOFError, zlib.error, lzma.LZMAError, OSError) as error:
            if self.packed and getattr(error, "errno", None) is None:
                raise DatasetError(
                    f"{self.path}: cannot be decompressed ({error}). Was it cut off in a copy, or does its name not "
                    "tell its kind?"
                ) from None
            raise DatasetError(f"{self.path}: cannot be read ({getattr(error, 'strerror', error)}).") from None
        self.total += len(data)
        if self.packed and self.total > self.most:
            raise DatasetError(
                f"{self.path}: expands to more than {self.most:,} bytes, over {_expansion()} times its size, as only a "
                "faulty or hostile archive does. If it is meant so, unpack it first, or set WORKBENCH_MAX_EXPANSION "
                "to a larger number."
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed and hasattr(self, "file"):
            self.file.close()
        super().close()


def _open(path: Path) -> IO[bytes] | Any:
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return gzip.open(path)
    if suffix == ".bz2":
        return bz2.open(path)
    if suffix == ".xz":
        return lzma.open(path)
    if suffix == ".zst":
        import pyarrow as pa

        return pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")
    return path.open("rb")


def _text(path: Path, newline: str) -> io.TextIOWrapper:
    buffered = io.BufferedReader(_Bytes(path), BLOCK)
    first = buffered.peek(16)[:16]
    kind = next((said for magic, said in MAGIC.items() if first.startswith(magic)), "")
    if kind:
        raise DatasetError(f"{path}: holds {kind}.")
    if b"\0" in first and not any(first.startswith(mark) for mark in MARKS):
        raise DatasetError(
            f"{path}: begins with zero bytes, so it is no text, or UTF-16 without a byte order mark. Save it as UTF-8."
        )
    if first[:3] == codecs.BOM_UTF8:
        buffered.read(3)
    encoding = next((name for mark, name in MARKS.items() if first.startswith(mark)), "utf-8")
    return io.TextIOWrapper(buffered, encoding, "surrogateescape" if encoding == "utf-8" else "strict", newline)


def _not_its_mark(path: Path, line: int, error: UnicodeDecodeError) -> str:
    return (
        f"{path}, after line {line}: the file begins as {error.encoding.upper()} and is not ({error.reason}). Save it "
        "as UTF-8."
    )


def _expansion() -> int:
    given = os.environ.get("WORKBENCH_MAX_EXPANSION", str(EXPANSION))
    if not given.isdecimal() or int(given) < 1:
        raise DatasetError(f"WORKBENCH_MAX_EXPANSION must be a whole number of at least 1, got {given!r}.")
    return int(given)
