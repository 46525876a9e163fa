"""A keyed permutation of the numbers 0 to side * side - 1: who does not know the key sees no order in them.

A Feistel network whose rounds are HMAC-SHA-256, each half a number below `side`, added modulo `side`. That is the
construction of NIST's FF1 in small; nothing here is cryptography of our own. The domain is a square (10^8 = 10^4 times
10^4), so no value falls outside and no cycle has to be walked. It hides how many devices there are and which came
first; it guards no money: the time-based half of an offline code does.
"""

import hmac

# As many as FF1.
_ROUNDS = 10


class Permutation:
    """The permutation of one key. `hide` and `reveal` undo each other."""

    def __init__(self, key: bytes, side: int = 10_000) -> None:
        self._key = key
        self._side = side

    def hide(self, number: int) -> int:
        """Where the number goes."""
        left, right = self._halves(number)
        for turn in range(_ROUNDS):
            left, right = right, (left + self._mixed(turn, right)) % self._side
        return left * self._side + right

    def reveal(self, hidden: int) -> int:
        """Where a number came from."""
        left, right = self._halves(hidden)
        for turn in reversed(range(_ROUNDS)):
            left, right = (right - self._mixed(turn, left)) % self._side, left
        return left * self._side + right

    def _halves(self, number: int) -> tuple[int, int]:
        if not 0 <= number < self._side**2:
            raise ValueError(f"{number} is outside 0..{self._side**2 - 1}")
        return divmod(number, self._side)

    def _mixed(self, turn: int, half: int) -> int:
        # 128 bits before the remainder is taken: no value is noticeably likelier than another.
        digest = hmac.digest(self._key, b"%d:%d" % (turn, half), "sha256")
        return int.from_bytes(digest[:16], "big") % self._side
