"""Prompt and grammar in, tokens out: knows neither documents nor schemas."""
