"""The copy of their data that residents take with them: one table for each thing that packages keep about them.

What always holds:
- it is of one moment of the database, and of one resident;
- it holds no secret, and others only masked;
- what is left out is named in it, with the reason; nobody gets a shorter copy without being told;
- it takes a fresh proof, and its owner is told.
"""

from openhall.core.consent.exports.collecting import collect
from openhall.core.consent.exports.types import Copy, Form, Part
from openhall.core.consent.exports.writing import Written

__all__ = ["Copy", "Form", "Part", "Written", "collect"]
