"""A piece as a standard MIDI file."""

from __future__ import annotations

import struct

from .score import Piece

DIVISION = 480


def length(value: int) -> bytes:
    """A number in MIDI's variable length."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def file_of(piece: Piece) -> bytes:
    """Format 0: one track with tempo, programs and notes."""
    events = []
    for start, duration, channel, key, velocity in piece.notes:
        first = round(start * DIVISION)
        last = max(first + 1, round((start + duration) * DIVISION))
        events += [(first, 1, bytes([0x90 | channel, key, velocity])), (last, 0, bytes([0x80 | channel, key, 0]))]
    head = [(0, 0, b"\xff\x51\x03" + round(60e6 / piece.tempo).to_bytes(3, "big"))]
    head += [(0, 0, bytes([0xC0 | channel, program])) for channel, program in sorted(piece.programs.items())]
    body, now = b"", 0
    for at, _, message in head + sorted(events):
        body += length(at - now) + message
        now = at
    body += b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, DIVISION) + b"MTrk" + struct.pack(">I", len(body)) + body
