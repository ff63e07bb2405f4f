"""The language of an answer, from a schema and a source."""
