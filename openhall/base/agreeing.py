"""What packages and agencies do with people's data, and on what ground: declared, so that people can read it.

A package declares its agreements in its descriptor. Where the ground is consent, it asks `consent.required`
(openhall.core.consent) each time before it does what the agreement allows.
"""

from typing import Literal

from msgspec import Struct

Basis = Literal["consent", "contract", "law"]


class Agreement(Struct, frozen=True, kw_only=True):
    """One use of people's data. `title`, `controller`, `purpose` and `fields` are msgids of the module's catalogue.

    Whoever changes any of them counts `version` up. Who agreed before agreed to the words of then, and is asked anew.
    """

    code: str  # "pension.proof_of_life": stable, part of the contract
    version: int
    module: str  # the dotted name of the package whose catalogue translates the words
    basis: Basis
    title: str
    controller: str  # who answers for it: an agency, or the hall
    purpose: str
    fields: tuple[str, ...]
