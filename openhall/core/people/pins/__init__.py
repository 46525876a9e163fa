"""The payment PIN: six digits that their owner alone knows, asked for before more than small money moves.

What always holds:
- only an Argon2id hash of the PIN is stored, keyed by the hall's secret: the database alone yields nothing to try;
- every guess is counted before it is looked at; wrong ones make the session that guessed wait, and then shut it out;
- sessions that once gave the right PIN are locked by nothing but their own wrong ones.
"""

from openhall.core.people.pins.actions import clear_wrong, give, is_proved, prove, set_pin, stands, state_of
from openhall.core.people.pins.types import PinState

__all__ = ["PinState", "clear_wrong", "give", "is_proved", "prove", "set_pin", "stands", "state_of"]
