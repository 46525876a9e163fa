"""The use cases of webhooks, by verb."""
