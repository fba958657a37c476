"""Every Python snippet of the documents runs as it stands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def snippets() -> list[object]:
    found = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for number, code in enumerate(re.findall(r"```python\n(.*?)```", text, re.DOTALL), 1):
            found.append(pytest.param(code, id=f"{document.name}-{number}"))
    return found


@pytest.mark.parametrize("code", snippets())
def test_a_snippet_runs(code: str, tmp_path, monkeypatch):
    shutil.copy(ROOT / "resources" / "sample" / "portrait-0001.jpg", tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "snippet", "exec"), {"__name__": "snippet"})


def test_there_are_snippets():
    assert len(snippets()) >= 2
