"""Files that replace their own kind alone, and JSON that is read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeltool.documents.files import read_object, write_text, writing
from labeltool.domain import UserError
from pipnet.output import FileKind

KIND = FileKind("a note", lambda path: path.read_text(encoding="utf-8").startswith("note"))


def test_its_own_kind_alone_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "new" / "a.txt"
    write_text(out, KIND, "note 1")
    write_text(out, KIND, "note 2")
    assert out.read_text(encoding="utf-8") == "note 2"
    out.write_text("thesis", encoding="utf-8")
    with pytest.raises(UserError, match="it is something else"):
        write_text(out, KIND, "note 3")
    assert out.read_text(encoding="utf-8") == "thesis"


def test_a_failure_keeps_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "a.txt"
    write_text(out, KIND, "note 1")

    def fail() -> None:
        with writing(out, KIND) as partial:
            partial.write_text("no")
            raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match=r"a\.txt cannot be written: no space"):
        fail()
    assert out.read_text(encoding="utf-8") == "note 1"
    assert list(tmp_path.iterdir()) == [out]


def test_an_object_is_read_by_its_format(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"format": "note", "text": "한"}', encoding="utf-8")
    assert read_object(file, "note") == {"format": "note", "text": "한"}
    for text in ('{"format": "other"}', "[]", "{", '{"format": ["note"]}', "[" * 100_000):
        file.write_text(text, encoding="utf-8")
        assert read_object(file, "note") is None
    with pytest.raises(UserError, match="cannot be read"):
        read_object(tmp_path / "none.json", "note")
