"""What pages call the kinds and states of links, and the ways in which they were approved. All are msgids."""

from openhall.base.i18n import N_
from openhall.core.families.types import Channel, Kind, State

KINDS = {
    Kind.PARENT: N_("Parent, by law"),
    Kind.GUARDIAN: N_("Guardian, by a court"),
    Kind.VOLUNTARY: N_("By their own choice"),
    Kind.INSTITUTION: N_("Institution"),
}
STATES = {
    State.PROPOSED: N_("Waits to be approved"),
    State.ACTIVE: N_("Active"),
    State.SUSPENDED: N_("Suspended"),
    State.REVOKED: N_("Ended"),
    State.EXPIRED: N_("Over by its date"),
}
CHANNELS = {
    Channel.REGISTER: N_("the register of residents"),
    Channel.OWN: N_("the person, with a passkey"),
    Channel.COUNTER: N_("two operators at the hall"),
}
