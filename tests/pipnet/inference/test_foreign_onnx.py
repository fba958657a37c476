"""ONNX files that are no detector of this program, or a damaged one."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from pipnet.inference.onnx_detector import OnnxDetector, OnnxError


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        (None, "is not a detector of this program"),
        ("{}", "does not state 'scheme'"),
        ("not JSON", "describes no detector"),
        ("[1]", "describes no detector"),
        ('{"scheme": 3, "crop": {}}', "describes no detector"),
    ],
)
def test_a_file_of_something_else_is_named(tmp_path: Path, metadata: str | None, said: str) -> None:
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if metadata is not None:
        helper.set_model_props(model, {"pipnet": metadata})
    file = tmp_path / "other.onnx"
    onnx.save(model, file)
    with pytest.raises(OnnxError, match=said) as caught:
        OnnxDetector(file)
    assert str(file) in str(caught.value)
