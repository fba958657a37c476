"""Names of models as the project file keeps them, and what people call those models."""

from __future__ import annotations

from labeltool.domain.messages import N_, Message

_ROUND, _IMPORT = "round ", "import of "

_FIXED = {"starter": N_("starter"), "mean face": N_("mean face")}


def round_model(number: int) -> str:
    """The model that a training round made."""
    return f"{_ROUND}{number}"


def import_model(source: str) -> str:
    """The model behind the proposals of a label file."""
    return f"{_IMPORT}{source}"


def model_name(model: str) -> Message:
    """What a model is called, for the middle of a sentence."""
    if model.startswith(_ROUND):
        return Message(N_("round {number}"), number=model.removeprefix(_ROUND))
    if model.startswith(_IMPORT):
        return Message(N_("import of {file}"), file=model.removeprefix(_IMPORT))
    return Message(_FIXED.get(model, model))
