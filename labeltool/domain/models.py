"""Names of models as the project file keeps them, what people call those models, and how their
expected errors are calibrated."""

from __future__ import annotations

from dataclasses import dataclass

from labeltool.domain.messages import N_, Message

_ROUND, _IMPORT, _DETECTOR = "round ", "import of ", "detector "

_FIXED = {"starter": N_("starter"), "mean face": N_("mean face")}


@dataclass(frozen=True, slots=True)
class Calibration:
    """The error model of a network.

    `content`: its JSON, see `pipnet.calibration`. `faces`: how many faces its circles rest on.
    `circle_factor`: radius of a circle over the expected error. `is_own`: fitted on faces that this
    very network has not seen; else taken over from the network that it was trained from. `time`:
    when it was saved.
    """

    content: str
    faces: int
    circle_factor: float
    is_own: bool
    time: str


def round_model(number: int) -> str:
    """The model that a training round made."""
    return f"{_ROUND}{number}"


def import_model(source: str) -> str:
    """The model behind the proposals of a label file."""
    return f"{_IMPORT}{source}"


def detector_model(name: str) -> str:
    """The model behind the proposals of a plug-in, or of an ONNX file."""
    return f"{_DETECTOR}{name}"


def model_name(model: str) -> Message:
    """What a model is called, for the middle of a sentence."""
    if model.startswith(_ROUND):
        return Message(N_("round {number}"), number=model.removeprefix(_ROUND))
    if model.startswith(_IMPORT):
        return Message(N_("import of {file}"), file=model.removeprefix(_IMPORT))
    if model.startswith(_DETECTOR):
        return Message(N_("detector {name}"), name=model.removeprefix(_DETECTOR))
    return Message(_FIXED.get(model, model))
