"""Exports a trained network for other programs, as StableHLO, ONNX or safetensors."""
