"""The trainer of nano, its tokenizer, its machine."""
