"""A checkpoint as an ONNX Runtime GenAI folder."""
