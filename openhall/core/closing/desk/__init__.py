"""The counter of the hall for closed accounts: two operators take a closing back, and all see what came for one."""
