"""Terms of networks follow what they descend from."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pipnet import resources
from pipnet.models.checkpoint import Checkpoint, load, save
from pipnet.models.terms import FREE, RESEARCH_ONLY, SHIPPED_TERMS, descent, file_terms

Make = Callable[..., Checkpoint]


@pytest.mark.parametrize(("name", "terms"), list(SHIPPED_TERMS.items()))
def test_a_copy_of_a_shipped_network_is_known_by_its_content(
    tmp_path: Path, name: str, terms: str
) -> None:
    copy = tmp_path / "starter.safetensors"
    shutil.copy(resources.path("weights", name), copy)
    assert load(copy).summary["terms"] == terms
    assert descent(copy)["lineage"][0].startswith(f"{name} ")


def test_terms_pass_from_generation_to_generation(tmp_path: Path, make_checkpoint: Make) -> None:
    def child(of: Path, name: str) -> Path:
        file = tmp_path / name
        save(replace(make_checkpoint(), summary=descent(of)), file)
        return file

    for name, terms in SHIPPED_TERMS.items():
        first = child(resources.path("weights", name), "first.safetensors")
        second = child(first, "second.safetensors")
        found = file_terms(second)
        assert found["terms"] == terms
        assert [row.split()[0] for row in found["lineage"]] == [name, "first.safetensors"]


def test_weights_that_state_no_terms_are_for_research_only(
    tmp_path: Path, make_checkpoint: Make
) -> None:
    save(make_checkpoint(), tmp_path / "unknown.safetensors")
    torch.save({}, tmp_path / "imagenet.pth")
    for name in ("unknown.safetensors", "imagenet.pth"):
        assert descent(tmp_path / name)["terms"] == RESEARCH_ONLY
    assert descent(None) == {"lineage": [], "terms": FREE}


def test_terms_that_are_no_known_word_are_for_research_only(
    tmp_path: Path, make_checkpoint: Make
) -> None:
    file = tmp_path / "odd.safetensors"
    save(replace(make_checkpoint(), summary={"terms": "anything"}), file)
    assert file_terms(file)["terms"] == RESEARCH_ONLY
