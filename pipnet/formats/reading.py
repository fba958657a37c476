"""Reads text, JSON and XML of unknown origin, bounded and with errors that name the place."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path, PureWindowsPath
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from pipnet.data.coco import LabelError
from pipnet.text import encoding_of

_DECIMAL_COMMA = re.compile(r"^\s*(-?\d+),(\d+)\s*$")

HEAD_BYTES = 65536
"""How much of a file is looked at to recognise its format."""

MAX_LINE_CHARACTERS = 4_000_000
"""A face of 100,000 landmarks takes less."""

MAX_POSITION = 1e7
"""Pixels; no photo is so large. Greater numbers are damaged, and would overflow later."""


MAX_POINTS = 50_000_000
"""Landmarks of all faces of a file together: 100,000 faces of 478 take less. A small file could
claim more, by faces of few landmarks that all have other names."""


def check_amount(faces: int, landmarks: int, file: str) -> None:
    """Raise LabelError for more landmarks together than can be held in memory."""
    if faces * landmarks > MAX_POINTS:
        raise LabelError(
            f"{file} has {faces:,} faces and {landmarks:,} landmarks of different names: more than "
            f"{MAX_POINTS:,} positions together; split it into several files."
        )


def read_head(path: Path) -> bytes:
    """The first bytes of a file; of a text in UTF-16 the same in UTF-8.

    Raises:
        LabelError: the file cannot be opened.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        encoding = encoding_of(head)
        return head.decode(encoding, "ignore").encode() if encoding == "utf-16" else head
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> LabelError:
    """Why a file could not be opened."""
    return LabelError(f"{path.name} could not be opened: {(error.strerror or str(error)).lower()}.")


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a text file with their numbers from 1, without line ends.

    Raises:
        LabelError: it cannot be opened, is neither UTF-8 nor UTF-16, or has a line that is no line
            of labels.
    """
    try:
        with path.open("rb") as raw:
            encoding = encoding_of(raw.read(2))
        with path.open(encoding=encoding, newline=None) as stream:
            number = 0
            while line := stream.readline(MAX_LINE_CHARACTERS + 1):
                number += 1
                if len(line) > MAX_LINE_CHARACTERS:
                    raise LabelError(
                        f"{path.name}, line {number} is longer than {MAX_LINE_CHARACTERS:,} "
                        f"characters: this is not a file of landmarks."
                    )
                yield number, line.rstrip("\n")
    except OSError as error:
        raise unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise LabelError(f"{path.name} is not UTF-8 text; save it as UTF-8.") from error


def table_rows(path: Path) -> Iterator[list[str]]:
    """The cells of each row of a CSV file, the header first.

    Cells are separated as the header says: by commas, tabs or semicolons. With semicolons, as
    spreadsheets write where the comma is the decimal point, 1,5 becomes 1.5.

    Raises:
        LabelError: as `read_lines`.
        csv.Error: a row is no CSV.
    """
    lines = (line for _number, line in read_lines(path))
    head = next(lines, "")
    if head.strip('" ').lower().startswith("sep="):  # for Excel
        head = next(lines, "")
    delimiter = max(",\t;", key=head.count)
    rows = csv.reader(chain([head], lines), delimiter=delimiter)
    if delimiter != ";":
        yield from rows
        return
    yield next(rows, [])
    for row in rows:
        yield [_DECIMAL_COMMA.sub(r"\1.\2", cell) for cell in row]


def csv_line(cells: Sequence[str]) -> str:
    """A row of a CSV file with its line end."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow(cells)
    return stream.getvalue()


def number_of(word: object, place: str) -> float:
    """A finite number of a plausible size.

    Raises:
        LabelError: it is none; names `place`, such as "a.txt, line 3".
    """
    if isinstance(word, bool) or not isinstance(word, int | float | str):
        raise LabelError(f"{place}: {word!r} is not a number; correct it.")
    try:
        # Python alone takes 1_000 for a number
        value = float(word.strip().replace("_", "?") if isinstance(word, str) else word)
    except (ValueError, OverflowError):
        raise LabelError(f"{place}: {_short(word)} is not a number; correct it.") from None
    if not math.isfinite(value) or abs(value) > MAX_POSITION:
        raise LabelError(f"{place}: {_short(word)} is no position; label this point again.")
    return value


def _short(word: object) -> str:
    text = repr(word)
    return text if len(text) <= 40 else f"{text[:36]}..."


def numbers_of(words: Sequence[object], place: str) -> list[float]:
    """As `number_of`, for each word."""
    values = all_numbers(words)
    return [number_of(word, place) for word in words] if values is None else values


def all_numbers(words: Sequence[Any]) -> list[float] | None:
    """The words as numbers, None if one of them is not what `number_of` accepts: ten times as fast
    as asking for each."""
    kinds = set(map(type, words))
    if not (kinds <= {int, float} or (kinds == {str} and "_" not in "".join(words))):
        return None
    try:
        values = list(map(float, words))
    except (ValueError, OverflowError):
        return None
    if values and not (
        # only finite numbers have a finite sum
        math.isfinite(sum(values)) and max(values) <= MAX_POSITION and min(values) >= -MAX_POSITION
    ):
        return None
    return values


def is_number(word: str) -> bool:
    """Whether a word is a finite number."""
    try:
        return math.isfinite(float(word)) and "_" not in word
    except ValueError:
        return False


def object_of(value: object, place: str) -> Mapping[str, Any]:
    """A JSON object.

    Raises:
        LabelError: it is something else.
    """
    if not isinstance(value, dict):
        raise LabelError(f"{place} is {kind_of(value)}, not an object.")
    return value


def list_of(value: object, place: str) -> list[Any]:
    """A JSON list; nothing counts as an empty one.

    Raises:
        LabelError: it is something else.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise LabelError(f"{place} is {kind_of(value)}, not a list.")
    return value


def text_of(value: object, place: str) -> str:
    """A JSON text that is not empty.

    Raises:
        LabelError: it is something else.
    """
    if not isinstance(value, str) or not value:
        raise LabelError(f"{place} is {kind_of(value)} where a name belongs.")
    return value


def id_of(value: object, place: str) -> object:
    """A JSON value that can identify something: a number, a text or null.

    Raises:
        LabelError: it is something else.
    """
    if isinstance(value, list | dict):
        raise LabelError(f"{place} is {kind_of(value)}, which identifies nothing.")
    return value


def kind_of(value: object) -> str:
    """What a JSON value is, as words."""
    words = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return "null" if value is None else words.get(type(value), f"the number {_short(value)}")


def xml_elements(path: Path, tags: Sequence[str]) -> Iterator[Element]:
    """The elements of these tags in the order in which they end; each is emptied afterwards.

    Nothing outside the file is read, and entities are refused.

    Raises:
        LabelError: it is not well-formed XML, or dangerous.
    """
    try:
        with path.open("rb") as stream:
            # Entities are declared before the first element or not at all, so the rest is left to a
            # parser that takes a third of the time.
            next(defusedxml.ElementTree.iterparse(stream, events=("start",), forbid_dtd=True), None)
            stream.seek(0)
            for _event, element in iterparse(stream, events=("end",)):
                if element.tag in tags:
                    yield element
                    element.clear()
    except OSError as error:
        raise unreadable(path, error) from error
    except ParseError as error:
        line, column = error.position
        raise LabelError(
            f"{path.name} is not well-formed XML: line {line}, column {column}: {error.msg}."
        ) from error
    except DefusedXmlException as error:
        raise LabelError(
            f"{path.name} declares a document type or entities, which label files do not need and "
            f"attacks use; remove the declaration."
        ) from error
    except (LookupError, ValueError) as error:
        raise LabelError(f"{path.name} is not XML that can be read: {error}.") from error


def forward_slashes(name: str) -> str:
    """A photo's name with `/`: Windows paths are recognised by a drive or by `\\` alone."""
    if re.match(r"[A-Za-z]:[\\/]", name) or ("\\" in name and "/" not in name):
        return PureWindowsPath(name).as_posix()
    return name
