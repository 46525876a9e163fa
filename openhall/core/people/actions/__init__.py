"""The use cases of people, by subject: codes, sessions, residents, messages."""
