"""The door for visitors: people from elsewhere, who come with an e-mail address, a foreign number or only a passkey.

They sign in as everybody does. What differs is decided when they join (`visitor` of a resident): small limits, until
the hall knows their real name.
"""
