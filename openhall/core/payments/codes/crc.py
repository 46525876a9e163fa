"""CRC-16/CCITT-FALSE, the checksum of merchant-presented payloads. It finds damage, not forgery."""

from binascii import crc_hqx

# CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, no reflection, no final xor. The standard library's crc_hqx is
# that polynomial with a start value of our choice.
_START = 0xFFFF


def crc16(data: bytes) -> str:
    """Four upper-case hexadecimal digits; of b"123456789" they are 29B1."""
    return f"{crc_hqx(data, _START):04X}"
