"""The use cases of rails, by verb."""
