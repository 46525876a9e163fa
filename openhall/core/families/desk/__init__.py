"""The counter of the hall for families: papers are seen by one operator and confirmed by another."""
