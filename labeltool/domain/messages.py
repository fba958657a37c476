"""Sentences for people: marked for translation where they stand."""

from __future__ import annotations

from pathlib import Path

from pipnet.text import one_line


def N_(text: str) -> str:  # noqa: N802 - as gettext calls it
    """The text itself; the name tells the translation tools that people will read it."""
    return text


def fill(text: str, values: dict[str, object]) -> str:
    """A marked text with its `{names}` filled in, each value on one line; without values as it is.

    Values are names and paths of others, as a rule.
    """
    shown = {
        name: one_line(value) if isinstance(value, str | Path) else value
        for name, value in values.items()
    }
    return text.format(**shown) if values else text


def counted(count: int, one: str, many: str = "") -> str:
    """'1 photo' or '2 photos', for the command line; `many` is `one` with an s if not given."""
    return f"{count} {one if count == 1 else many or one + 's'}"


class Message(str):
    """Sentences for people, in English, which the window can say in another language.

    They remember the marked `texts` that they were made of, and the `values` for the `{names}` in
    those.
    """

    texts: tuple[str, ...]
    values: dict[str, object]

    def __new__(cls, *texts: str, **values: object) -> Message:
        """Put `values` into `texts`, and a blank between those that are not empty."""
        filled = (fill(text, values) for text in texts if text)
        made = super().__new__(cls, " ".join(filled))
        made.texts, made.values = texts, values
        return made

    @classmethod
    def counted(cls, count: int, one: str, many: str) -> Message:
        """The text `one` for a single thing, else `many`, which may hold `{count}`."""
        return cls(one if count == 1 else many, count=count)
