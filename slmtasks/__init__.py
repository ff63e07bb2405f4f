"""Typed task functions over a small language model on your own machine."""
