"""What people are told of their card money by message."""

from openhall.base.i18n import N_
from openhall.base.telling import Template

NOT_RETURNED = Template(
    code="cards.not_returned",
    version=1,
    module="openhall.core.cards",
    category="must",
    title=N_("Your card did not take the money back"),
    body=N_(
        "{amount} could not go back to the card {card}. The money is in your wallet again. Try once more, spend it, or "
        "call {help}: there are other ways to pay it out."
    ),
    short=N_("{amount} could not go back to your card {card}. It is in your wallet again. Questions? Call {help}."),
    link="/me/leaving/{leaving}",
)
