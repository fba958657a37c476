"""Texts for people: English templates with values, worded where they are shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipnet.text import one_line


def N_(text: str) -> str:  # noqa: N802 - as gettext calls it
    """The text itself, marked for the translation tools."""
    return text


def fill(template: str, values: Mapping[str, object]) -> str:
    """A template with its `{names}` filled in, each value on one line; without values as it is."""
    shown = {
        name: one_line(value) if isinstance(value, str | Path) else value
        for name, value in values.items()
    }
    return template.format(**shown) if values else template


def counted(count: int, one: str, many: str = "") -> str:
    """'1 photo' or '2 photos', for the command line; `many` is `one` with an s if not given."""
    return f"{count} {one if count == 1 else many or one + 's'}"


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """A text for people: a `template` in English with `{names}`, and the values for those.

    Mark the template with `N_`. A value may be a Message, which is translated, too; other values
    are shown as they are. A text without values may hold braces. `str()` is the English text, for
    the command line and for reports; an empty message is false.
    """

    template: str
    values: Mapping[str, object]

    def __init__(self, template: str, /, **values: object) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        return fill(self.template, self.values)

    def __bool__(self) -> bool:
        return bool(self.template)

    @classmethod
    def counted(cls, count: int, one: str, many: str) -> Message:
        """The template `one` for a single thing, else `many`, which may hold `{count}`."""
        return cls(one if count == 1 else many, count=count)

    @classmethod
    def join(cls, *messages: Message | None) -> Message:
        """Several sentences as one message, without those that are None or empty."""
        parts = [message for message in messages if message]
        if len(parts) == 1:
            return parts[0]
        names = {f"sentence{number}": part for number, part in enumerate(parts, 1)}
        return cls(" ".join(f"{{{name}}}" for name in names), **names)

    def to_json(self) -> str:
        """What the project file keeps, see `to_dict`."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def to_dict(self) -> dict[str, object]:
        """The template and the values as plain JSON data; paths become texts."""
        values = {
            name: value.to_dict()
            if isinstance(value, Message)
            else str(value)
            if isinstance(value, Path)
            else value
            for name, value in self.values.items()
        }
        return {"template": self.template, "values": values}

    @classmethod
    def from_json(cls, written: str) -> Message:
        """The message that `to_json` wrote."""
        return cls.from_dict(json.loads(written))

    @classmethod
    def from_dict(cls, read: Mapping[str, object]) -> Message:
        """The message that `to_dict` gave."""
        values = read["values"]
        assert isinstance(values, dict)
        return cls(
            str(read["template"]),
            **{
                name: cls.from_dict(value) if isinstance(value, dict) else value
                for name, value in values.items()
            },
        )
