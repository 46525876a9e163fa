"""The use cases of messages, by verb."""
