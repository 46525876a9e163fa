"""The use cases of cards, by verb."""
