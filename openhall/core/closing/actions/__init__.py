"""The use cases of closing, by verb."""
