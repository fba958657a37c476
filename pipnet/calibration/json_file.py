"""Reading the JSON files of this package."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

MAX_FILE_BYTES = 50_000_000
"""A larger file is not read: no scheme has so many landmarks."""

Model = TypeVar("Model")


class CalibrationError(ValueError):
    """A file that cannot be used as what it was given as; the message names it."""


def read_text(path: Path, kind: str) -> str:
    """The text of a file.

    Args:
        kind: what messages call a file of this kind, without an article.

    Raises:
        CalibrationError: missing, too large, unreadable or no text.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CalibrationError(f"{path} is too large for a {kind}")
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise CalibrationError(f"there is no {kind} {path}") from None
    except UnicodeDecodeError as error:
        raise CalibrationError(f"{path} is not a {kind} of this program") from error
    except OSError as error:
        raise CalibrationError(f"{path} could not be read: {error.strerror}") from error


def parse(
    text: str, source: str, kind: str, key: str, build: Callable[[dict[str, Any]], Model]
) -> Model:
    """What a file holds.

    Args:
        source: what messages call the file.
        kind: what messages call a file of this kind, without an article.
        key: the field that holds the version of the file, a whole number.
        build: makes the model of the fields; it raises KeyError for one that is missing, and
            TypeError or ValueError for one that is wrong.

    Raises:
        CalibrationError: no JSON, of another program, or refused by `build`.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CalibrationError(f"{source} is not a whole JSON file: {error}") from error
    if not isinstance(data, dict) or type(data.get(key)) is not int:
        raise CalibrationError(f"{source} is not a {kind} of this program")
    try:
        return build(data)
    except CalibrationError:
        raise
    except KeyError as error:
        raise CalibrationError(f"{source} does not state {error.args[0]!r}") from error
    except (TypeError, ValueError) as error:
        raise CalibrationError(f"{source} is damaged: {error}") from error


def array_of(data: dict[str, Any], name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """A field of finite numbers. Raises KeyError, TypeError or ValueError for any other."""
    array = np.array(data[name], np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"{name!r} must be {shape} finite numbers, not {array.shape}")
    return array
