"""Short pieces of music, composed by rule from a seed: notes as (start, length, channel, key, velocity) in beats."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

DRUMS = 9
SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "blues": (0, 3, 5, 6, 7, 10, 12),
    "pentatonic": (0, 2, 4, 7, 9, 12, 14),
    "harmonic": (0, 2, 3, 5, 7, 8, 11),
}
# Degrees (from 0) of the chords of a bar each.
PROGRESSIONS = [
    (0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 4, 0), (5, 3, 0, 4), (0, 0, 3, 4), (1, 4, 0, 5), (0, 6, 5, 4), (0, 2, 3, 4),
    (0, 3, 0, 4), (3, 4, 2, 5), (0, 5, 1, 4),
]  # fmt: skip
BLUES = (0, 0, 0, 0, 3, 3, 0, 0, 4, 3, 0, 4)

# General MIDI's drum keys.
KICK, RIM, SNARE, CLAP, SHUT, OPEN, RIDE, CRASH, TOM, SHAKER, CONGA, COWBELL = 36, 37, 38, 39, 42, 46, 51, 49, 45, 70, 63, 56


@dataclass(frozen=True)
class Style:
    """What a piece of this style is made of; instruments are General MIDI programs (from 0)."""

    tempo: tuple[int, int]
    scales: tuple[str, ...]
    melody: tuple[int, ...] = ()
    chords: tuple[int, ...] = ()
    bass: tuple[int, ...] = ()
    # By step of a sixteenth: keys of drums.
    beats: tuple[dict[int, str], ...] = ()
    comping: tuple[str, ...] = ("block",)
    swing: float = 0.0
    density: float = 0.6
    sevenths: bool = False
    octave: int = 5
    progressions: tuple[tuple[int, ...], ...] = ()


ROCK = {KICK: "x.......x.x.....", SNARE: "....x.......x...", SHUT: "x.x.x.x.x.x.x.x."}
POP = {KICK: "x.....x.x.......", SNARE: "....x.......x...", SHUT: "x.x.x.x.x.x.x.xx"}
FOUR = {KICK: "x...x...x...x...", CLAP: "....x.......x...", OPEN: "..x...x...x...x.", SHUT: "xxxxxxxxxxxxxxxx"}
TECHNO = {KICK: "x...x...x...x...", SHUT: "..x...x...x...x.", RIM: "...x..x....x..x.", SHAKER: "xxxxxxxxxxxxxxxx"}
BREAK = {KICK: "x.x.......xx....", SNARE: "....x..x.x..x..x", SHUT: "x.x.x.x.x.x.x.x."}
HIPHOP = {KICK: "x......x.xx.....", SNARE: "....x.......x...", SHUT: "x.xxx.x.x.x.x.xx"}
SWING = {RIDE: "x...x..xx...x..x", SHUT: "....x.......x...", KICK: "x.......x......."}
REGGAE = {KICK: "........x.......", RIM: "........x.......", SHUT: "x.xxx.x.x.xxx.x."}
METAL = {KICK: "xxxxxxxxxxxxxxxx", SNARE: "....x.......x...", CRASH: "x...............", SHUT: "x...x...x...x..."}
LATIN = {KICK: "x..x..x.x..x..x.", RIM: "x..x..x...x.x...", CONGA: "..x.x.xx..x.x.xx", SHAKER: "xxxxxxxxxxxxxxxx"}
FOLK = {KICK: "x.......x.......", TOM: "....x..x....x...", SHAKER: "x.x.x.x.x.x.x.x."}
BRUSH = {SHUT: "x.x.x.x.x.x.x.x.", RIM: "....x.......x..."}

STYLES: dict[str, Style] = {
    "solo-piano": Style((60, 130), ("major", "minor", "harmonic"), (0, 1, 2), (0,), comping=("arpeggio", "block", "alberti")),
    "solo-guitar": Style((60, 120), ("major", "minor", "phrygian"), (24, 25), (24, 25), comping=("arpeggio",)),
    "strings": Style((60, 140), ("major", "minor", "harmonic"), (40, 41), (48, 49, 42), (43,), comping=("pad", "block")),
    "flute": Style((60, 120), ("major", "dorian", "pentatonic"), (73, 72, 75, 79), (46, 24, 0), comping=("arpeggio", "pad")),
    "choir": Style((50, 90), ("major", "minor"), (52, 53), (52, 53, 19), comping=("pad",), density=0.35),
    "organ": Style((60, 110), ("major", "minor", "harmonic"), (19, 20), (19,), (19,), comping=("block", "pad")),
    "brass": Style((80, 130), ("major", "mixolydian"), (56, 57, 60), (61, 60), (58,), (FOLK, {}), ("block",)),
    "rock": Style((95, 165), ("minor", "mixolydian", "major"), (29, 30, 27), (29, 27), (33, 34), (ROCK, POP), ("eighths", "block")),
    "metal": Style((120, 200), ("phrygian", "minor", "harmonic"), (30,), (30,), (34,), (METAL, ROCK), ("chug",)),
    "pop": Style((85, 130), ("major", "minor"), (80, 81, 0, 25), (0, 4, 25, 89), (33, 38), (POP, ROCK), ("block", "arpeggio", "eighths")),
    "disco": Style((110, 128), ("minor", "dorian"), (48, 61, 81), (27, 4, 48), (36, 33), (FOUR,), ("offbeat", "eighths")),
    "techno": Style((120, 145), ("minor", "phrygian"), (80, 81, 87), (89, 90, 81), (38, 39), (TECHNO, FOUR), ("offbeat", "arpeggio"), density=0.5),
    "breakbeat": Style((150, 175), ("minor", "dorian"), (81, 80), (89, 91), (38, 39), (BREAK,), ("pad",), density=0.4),
    "ambient": Style((50, 80), ("major", "dorian", "pentatonic"), (88, 98, 11, 99), (89, 91, 95, 92), (39,), comping=("pad",), density=0.25),
    "reggae": Style((70, 95), ("minor", "major", "dorian"), (16, 56, 22), (27, 16, 0), (33, 32), (REGGAE,), ("offbeat",)),
    "blues": Style((70, 125), ("blues",), (29, 26, 22, 65), (0, 16, 26), (33, 32), (SWING, ROCK), ("eighths",), 0.33, sevenths=True, progressions=(BLUES,)),
    "jazz": Style((90, 200), ("dorian", "mixolydian", "major"), (66, 65, 56, 11, 0), (0, 26), (32,), (SWING, BRUSH), ("comp",), 0.33, sevenths=True),
    "country": Style((90, 150), ("major", "mixolydian"), (110, 105, 25, 22), (25, 24), (32, 33), (BRUSH, FOLK), ("alternate", "eighths")),
    "hip-hop": Style((75, 100), ("minor", "dorian", "blues"), (4, 11, 0, 80), (4, 0, 48), (38, 33), (HIPHOP,), ("block", "comp"), density=0.35, sevenths=True),
    "drums": Style((80, 170), ("minor",), beats=(ROCK, HIPHOP, BREAK, LATIN, TECHNO, FOLK, SWING)),
    "latin": Style((95, 130), ("minor", "harmonic", "major"), (56, 24, 73), (24, 0), (32, 33), (LATIN,), ("comp", "offbeat"), sevenths=True),
    "folk": Style((80, 140), ("dorian", "mixolydian", "pentatonic"), (110, 21, 75, 109, 15), (25, 21, 46), (32,), (FOLK, {}), ("alternate", "arpeggio")),
    "orchestra": Style((70, 140), ("minor", "major", "harmonic"), (48, 60, 56, 68), (48, 61, 49), (43, 58), (FOLK, {}), ("pad", "block")),
    "chimes": Style((60, 130), ("major", "pentatonic"), (8, 9, 10, 12, 13, 14), (11, 12, 46), comping=("arpeggio",)),
    "chiptune": Style((110, 160), ("major", "minor"), (80,), (80,), (38, 80), (TECHNO, {}), ("arpeggio",), density=0.8),
}  # fmt: skip


@dataclass
class Piece:
    """Notes of a piece with its tempo and the program of each channel."""

    style: str
    tempo: float
    programs: dict[int, int] = field(default_factory=dict)
    notes: list[tuple[float, float, int, int, int]] = field(default_factory=list)

    def add(self, start: float, length: float, channel: int, key: int, velocity: float) -> None:
        if 0 <= key < 128:
            self.notes.append((start, max(length, 0.05), channel, key, max(1, min(127, int(velocity)))))


def pitch(scale: tuple[int, ...], degree: int) -> int:
    return scale[degree % len(scale)] + 12 * (degree // len(scale))


def compose(style: str, seed: int, seconds: float) -> Piece:
    """A piece of at least so many seconds; the same for the same style and seed."""
    rng = random.Random(f"{style}/{seed}")
    kind = STYLES[style]
    piece = Piece(style, rng.uniform(*kind.tempo))
    bars = max(2, int(seconds * piece.tempo / 60 / 4) + 2)
    scale = SCALES[rng.choice(kind.scales)]
    harmony = SCALES["mixolydian"] if scale == SCALES["blues"] else scale
    root = 48 + rng.randrange(12)
    progression = rng.choice(kind.progressions or PROGRESSIONS)
    bar_chords = [progression[bar % len(progression)] for bar in range(bars)]
    if kind.chords:
        piece.programs[0] = rng.choice(kind.chords)
        comping(piece, rng, kind, rng.choice(kind.comping), harmony, root, bar_chords)
    if kind.bass:
        piece.programs[1] = rng.choice(kind.bass)
        bass(piece, rng, harmony, root - 12 if root < 54 else root - 24, bar_chords, style)
    if kind.melody and rng.random() < 0.9:
        piece.programs[2] = rng.choice(kind.melody)
        melody(piece, rng, kind, scale, root + 12 * (kind.octave - 4), bar_chords)
    beat = rng.choice(kind.beats) if kind.beats else {}
    if beat:
        drums(piece, rng, beat, bars)
    if kind.swing:
        piece.notes = [(swung(start, kind.swing), *rest) for start, *rest in piece.notes]
    human = rng.uniform(0, 0.02)
    piece.notes = sorted(
        (max(0.0, start + rng.gauss(0, human)), length, channel, key, velocity)
        for start, length, channel, key, velocity in piece.notes
    )
    return piece


def swung(start: float, amount: float) -> float:
    """Off-beat eighths are late by `amount` of an eighth."""
    return start + amount * 0.5 if abs(start % 1 - 0.5) < 1e-6 else start


def comping(piece, rng, kind, manner, scale, root, chords) -> None:
    size = 4 if kind.sevenths else 3
    for bar, degree in enumerate(chords):
        keys = [root + pitch(scale, degree + 2 * step) for step in range(size)]
        at = 4.0 * bar
        loud = rng.randint(55, 95)
        if manner == "pad":
            for key in keys:
                piece.add(at, 3.95, 0, key, loud)
        elif manner == "block":
            for step in range(0, 4, rng.choice((1, 2, 2))):
                for key in keys:
                    piece.add(at + step, 0.9, 0, key, loud + rng.randint(-8, 8))
        elif manner in ("arpeggio", "alberti"):
            order = [0, 2, 1, 2] if manner == "alberti" else rng.choice(([0, 1, 2, 1], [0, 1, 2, 3], [2, 1, 0, 1]))
            ladder = [*keys, keys[0] + 12]
            step = 0.25 if piece.tempo < 110 else 0.5
            for index in range(int(4 / step)):
                piece.add(at + index * step, step * 1.5, 0, ladder[order[index % 4] % len(ladder)], loud)
        elif manner == "chug":
            for index in range(16):
                if rng.random() < 0.85:
                    for key in (keys[0] - 12, keys[0] - 5):
                        piece.add(at + index / 4, 0.18, 0, key, loud + (25 if index % 4 == 0 else 0))
        elif manner == "alternate":
            for beat in range(4):
                piece.add(at + beat, 0.4, 0, keys[0] - 12 if beat % 2 == 0 else keys[2] - 12, loud)
                for key in keys:
                    piece.add(at + beat + 0.5, 0.35, 0, key, loud - 8)
        else:
            steps = {"eighths": [i / 2 for i in range(8)], "offbeat": [i + 0.5 for i in range(4)]}.get(manner)
            for step in steps or sorted(rng.sample([i / 2 for i in range(8)], 3)):
                for key in keys:
                    piece.add(at + step, 0.35, 0, key, loud + rng.randint(-10, 5))


def bass(piece, rng, scale, root, chords, style) -> None:
    walking = style in ("jazz", "blues", "country")
    for bar, degree in enumerate(chords):
        at = 4.0 * bar
        if walking:
            for beat, step in enumerate((0, 2, 4, rng.choice((3, 5, 6)))):
                piece.add(at + beat, 0.9, 1, root + pitch(scale, degree + step), rng.randint(75, 100))
            continue
        pattern = rng.choice(("x...x...x...x...", "x.x.x.x.x.x.x.x.", "x.....x...x.....", "x..x..x.x..x..x.", "x..............."))
        for index, mark in enumerate(pattern):
            if mark == "x":
                step = rng.choice((0, 0, 0, 4, 7)) if index else 0
                length = 3.8 if pattern.count("x") == 1 else 0.4
                piece.add(at + index / 4, length, 1, root + pitch(scale, degree + step), rng.randint(75, 105))


def melody(piece, rng, kind, scale, root, chords) -> None:
    """A walk on the scale that meets a note of the chord at each bar, by a rhythm that returns every second bar."""
    rhythms = [rhythm(rng, kind.density) for _ in range(2)]
    place = rng.randrange(0, 5)
    for bar, degree in enumerate(chords):
        at = 4.0 * bar
        for index, (start, length) in enumerate(rhythms[bar % 2]):
            if index == 0:
                place = min((degree + step + 7 * octave for step in (0, 2, 4) for octave in (-1, 0, 1)), key=lambda d: abs(d - place))
            else:
                place += rng.choice((-2, -1, -1, 1, 1, 2, 0))
            place = max(-4, min(11, place))
            if rng.random() < 0.95:
                piece.add(at + start, length * 0.95, 2, root + pitch(scale, place), rng.randint(75, 115))


def rhythm(rng: random.Random, density: float) -> list[tuple[float, float]]:
    at, found = 0.0, []
    while at < 4:
        length = rng.choice((0.25, 0.5, 0.5, 1) if rng.random() < density else (1, 1.5, 2, 2))
        length = min(length, 4 - at)
        found.append((at, length))
        at += length
    return found


def drums(piece, rng, beat, bars) -> None:
    loud = rng.randint(75, 115)
    for bar in range(bars):
        fill = bar % 4 == 3 and rng.random() < 0.6
        for key, pattern in beat.items():
            for index, mark in enumerate(pattern):
                if fill and index >= 12:
                    continue
                if mark == "x" and rng.random() < 0.97:
                    piece.add(4 * bar + index / 4, 0.2, DRUMS, key, loud - (15 if index % 4 else 0) + rng.randint(-10, 8))
        if fill:
            for index in range(12, 16):
                piece.add(4 * bar + index / 4, 0.2, DRUMS, rng.choice((SNARE, TOM, TOM + 2, 41)), loud + rng.randint(-10, 10))
