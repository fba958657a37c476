"""ONNX files, also with 8 bits."""
