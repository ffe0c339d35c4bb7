"""The smallest sound that is a real Ogg Opus file: a few packets of silence, made here."""

import struct

SILENCE = b"\xf8\xff\xfe"
SERIAL = 7


def opus(packets: int = 5) -> bytes:
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 5) + b"Bekal" + struct.pack("<I", 0)
    pages = [(head, 2, 0), (tags, 0, 0)]
    pages += [(SILENCE, 4 if number == packets else 0, 960 * number) for number in range(1, packets + 1)]
    return b"".join(_page(data, kind, at, number) for number, (data, kind, at) in enumerate(pages))


def _page(data: bytes, kind: int, at: int, number: int) -> bytes:
    head = b"OggS" + struct.pack("<BBqIII", 0, kind, at, SERIAL, number, 0) + bytes([1, len(data)])
    page = head + data
    return page[:22] + struct.pack("<I", _crc(page)) + page[26:]


def _crc(page: bytes) -> int:
    remainder = 0
    for byte in page:
        remainder ^= byte << 24
        for _ in range(8):
            remainder = (remainder << 1) ^ (0x04C11DB7 if remainder & 0x80000000 else 0)
            remainder &= 0xFFFFFFFF
    return remainder
