"""The city services, one package each. They meet only through `core` and published events, never directly."""
