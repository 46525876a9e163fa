"""The use cases of families."""
