"""The use cases of real names, by subject: claims, asking the register, moving a name, deciding, reading, keys."""
