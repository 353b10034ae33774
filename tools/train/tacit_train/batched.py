"""Training examples made a batch at once, on the device that trains: what `augment` and `augment_images` do one by one.

For a GPU, which would wait for examples made on the host. Recordings and images lie on the device as they were decoded
(16-bit samples, bytes). Everything is drawn from generators seeded per step, so that a resumed run sees what an
unbroken one would have seen.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from .augment import Augmentation, Shuffle
from .augment_images import GREY, ImageAugmentation
from .draws import Draws, Uniform, step_seed
from .seeds import Draw

STARTS = 64  # places of a clip that a stretch may be taken from


def decibels(x: Tensor) -> Tensor:
    return 10 ** (x / 20)


def level_of(x: Tensor) -> Tensor:
    """Root mean square of each row, [batch, 1]."""
    return x.square().mean(1, keepdim=True).sqrt()


def rows_of_noise(rows: int, length: int, slope: Tensor, generator: torch.Generator) -> Tensor:
    """As `augment.coloured_noise`, [rows, length], a slope a row."""
    white = torch.randn(rows, length, generator=generator, device=generator.device)
    spectrum = torch.fft.rfft(white)
    frequency = torch.arange(spectrum.shape[1], device=white.device).clamp(min=max(1.0, length / 2000))
    shaped = torch.fft.irfft(spectrum * frequency ** (-slope[:, None] / 2), length)
    return shaped / level_of(shaped).clamp(min=1e-12)


def in_rooms(x: Tensor, rate: int, generator: torch.Generator) -> Tensor:
    """As `augment.in_room`, [batch, length]."""
    draw = Uniform(len(x), generator)
    time60 = draw(0.1, 0.8)[:, None]
    t = torch.arange(int(0.8 * rate), device=x.device) / rate
    tail = torch.randn(len(x), len(t), generator=generator, device=x.device)
    tail = tail * 10 ** (-3 * t / time60) * (t < time60)
    tail = tail / tail.norm(dim=1, keepdim=True) * decibels(-draw(0, 20))[:, None]
    tail[:, 0] += 1
    size = 1 << (x.shape[1] + len(t) - 2).bit_length()
    wet = torch.fft.irfft(torch.fft.rfft(x, size) * torch.fft.rfft(tail, size), size)[:, : x.shape[1]]
    return wet * (level_of(x) / level_of(wet).clamp(min=1e-12))


def narrowed(x: Tensor, rate: int, generator: torch.Generator) -> Tensor:
    """As a telephone, a cheap microphone or a wall leaves it: nothing under 30 to 500 Hz, nothing over 1.5 to 7.5 kHz
    (24 dB an octave)."""
    draw = Uniform(len(x), generator)
    low, high = (torch.exp(draw(math.log(a), math.log(b)))[:, None] for a, b in ((30, 500), (1500, 7500)))
    f = torch.fft.rfftfreq(x.shape[1], 1 / rate).to(x.device).clamp(min=1)
    response = 1 / torch.sqrt((1 + (f / high) ** 8) * (1 + (low / f) ** 8))
    return torch.fft.irfft(torch.fft.rfft(x) * response, x.shape[1])


def machines(rows: int, length: int, rate: int, generator: torch.Generator) -> Tensor:
    """Steady noises [rows, length] of deviation 1, as of ventilation, pipes and machines: a random spectrum, often with
    the harmonics of something that turns, often throbbing."""
    draw, device = Uniform(rows, generator), generator.device
    frequency = torch.fft.rfftfreq(length, 1 / rate).to(device)
    octaves = torch.log2(frequency.clamp(min=20) / 1000)
    curve = -draw(0, 9)[:, None] * octaves
    for _ in range(4):
        height, middle, width = draw(-12, 12)[:, None], draw(-5, 3)[:, None], draw(0.2, 1.2)[:, None]
        curve = curve + height * torch.exp(-(((octaves - middle) / width) ** 2))
    white = torch.randn(rows, length, generator=generator, device=device)
    noise = torch.fft.irfft(torch.fft.rfft(white) * decibels(curve), length)
    noise = noise / level_of(noise).clamp(min=1e-12)
    t = torch.arange(length, device=device) / rate
    base, fall = torch.exp(draw(math.log(25), math.log(400)))[:, None], draw(0, 2)[:, None]
    tones = torch.zeros_like(noise)
    for k in range(1, 12):
        tones = tones + torch.sin(2 * math.pi * base * k * t + draw(0, 6.3)[:, None]) / k**fall
    noise = noise + tones * (decibels(draw(-20, 6)) * draw.chance(0.5))[:, None]
    depth, beat = (draw(0, 0.6) * draw.chance(0.5))[:, None], torch.exp(draw(-2, 2.3))[:, None]
    noise = noise * (1 + depth * torch.sin(2 * math.pi * beat * t))
    return noise / level_of(noise).clamp(min=1e-12)


def stretches(x: Tensor, rate: int, generator: torch.Generator) -> Tensor:
    """Of each row [batch, length] a stretch of 0.3 to 4 s with silence or next to it around, half of them at the start, as short
    files are heard: any that holds at least half of what the loudest such stretch does, since a label says nothing of where in
    a clip its sound is."""
    draw, length = Uniform(len(x), generator), x.shape[1]
    size = (torch.exp(draw(math.log(0.3), math.log(4))) * rate).long().clamp(1, length)
    energy = F.pad(x.double().square().cumsum(1), (1, 0))
    starts = ((length - size)[:, None] * torch.linspace(0, 1, STARTS, device=x.device)).long()
    held = energy.gather(1, starts + size[:, None]) - energy.gather(1, starts)
    loud = (held >= 0.5 * held.amax(1, keepdim=True)).float()
    start = starts.gather(1, torch.multinomial(loud, 1, generator=generator))
    place = torch.where(draw.chance(0.5), 0, draw.whole(length - size + 1))[:, None]
    index = torch.arange(length, device=x.device) - place
    # Files begin and end without a click.
    edge = torch.minimum(index + 1, size[:, None] - index).clamp(min=0) / max(1, rate // 100)
    kept = x.gather(1, (index + start).clamp(0, length - 1)) * edge.clamp(max=1)
    floor = level_of(kept) * (decibels(-draw(20, 60)) * draw.chance(0.5))[:, None]
    return kept + floor * torch.randn(len(x), length, generator=generator, device=x.device)


def nothings(x: Tensor, rate: int, generator: torch.Generator) -> Tensor:
    """As `augment.negative`: in place of each row [batch, length] silence, noise, hum, or itself too quiet to hear; and,
    as often as all of these, a machine."""
    plain, machine = simple_nothings(x, rate, generator), machines(len(x), x.shape[1], rate, generator)
    draw = Uniform(len(x), generator)
    return torch.where(draw.chance(0.5)[:, None], plain, machine * decibels(draw(-50, -12))[:, None])


def simple_nothings(x: Tensor, rate: int, generator: torch.Generator) -> Tensor:
    draw = Uniform(len(x), generator)
    kind, level = draw.whole(6), decibels(draw(-90, -15))[:, None]
    colour = torch.where(kind == 1, 0.0, torch.where(kind == 2, 1.0, 2.0)) + draw(-0.25, 0.25)
    noise = rows_of_noise(len(x), x.shape[1], torch.where(kind == 4, 1.0, colour), generator)
    t = torch.arange(x.shape[1], device=x.device) / rate
    base = torch.where(draw.chance(0.5), 50.0, 60.0) * draw(0.998, 1.002)
    hum = torch.sin(2 * math.pi * base[:, None] * t)
    for k in (2, 3, 4, 5, 6, 8, 10):
        part, phase = decibels(-draw(0, 30))[:, None], draw(0, 6.3)[:, None]
        hum = hum + part * torch.sin(2 * math.pi * base[:, None] * k * t + phase)
    hum = hum + decibels(-draw(10, 70))[:, None] * noise
    quiet = x * decibels(draw(-95, -75))[:, None] / (x.abs().amax(1, keepdim=True) + 1e-9)
    kind = kind[:, None]
    made = torch.where(kind == 4, hum, noise) * level
    return torch.where(kind == 0, 0.0, torch.where(kind == 5, quiet, made))


def mask_frames(frames: Tensor, draws: Draws, a: Augmentation) -> Tensor:
    """As `augment.mask_frames`."""
    draw = draws.uniform(len(frames))
    _, length, mels = frames.shape
    keep = torch.ones_like(frames, dtype=torch.bool)
    for axis, size, longest, count in (
        (1, length, max(1, length // 8), a.time_masks),
        (2, mels, max(1, mels // 6), a.frequency_masks),
    ):
        place = torch.arange(size, device=frames.device)
        for _ in range(count):
            width = draw.whole(longest + 1)
            start = draw.whole(size - width + 1)
            stripe = (place >= start[:, None]) & (place < (start + width)[:, None])
            keep &= ~stripe.unsqueeze(3 - axis)
    return frames * keep


class Places:
    """Which examples a step's batch is made of: epochs in orders of their own, or drawn by weight."""

    def __init__(self, count: int, weights: np.ndarray | None, seed: int):
        self.shuffle, self.seed = Shuffle(count, seed), seed
        self.weights = None if weights is None else torch.from_numpy(weights.astype(np.float64))

    def first(self, step: int, size: int) -> Tensor:
        if self.weights is None:
            return torch.tensor(self.shuffle.places(step, size))
        return self._drawn(size, step_seed(self.seed, Draw.ORDER, step))

    def other(self, step: int, size: int) -> Tensor:
        if self.weights is None:
            generator = torch.Generator().manual_seed(step_seed(self.seed, Draw.COMPANY, step))
            return torch.randint(self.shuffle.count, (size,), generator=generator)
        return self._drawn(size, step_seed(self.seed, Draw.COMPANY, step))

    def _drawn(self, size: int, seed: int) -> Tensor:
        return torch.multinomial(self.weights, size, True, generator=torch.Generator().manual_seed(seed))


class Batches:
    """What batches of sounds and of pictures have in common: which examples they are made of, and what these are."""

    def __init__(self, count: int, targets: np.ndarray, weights, a: Augmentation | ImageAugmentation, seed: int, device: str):
        self.a, self.seed, self.device = a, seed, device
        self.targets = torch.from_numpy(targets.astype(np.float32)).to(device)
        self.places = Places(count, weights, seed)

    def varied(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        """The examples in these places, each changed by itself."""
        raise NotImplementedError

    def begun(self, step: int, size: int, rows: range | None) -> tuple[Draws, torch.Generator, Tensor, Tensor, Tensor]:
        """A step's draws, and its whole batch before anything is mixed: the generator that goes on from there, the examples,
        their targets and their shares."""
        draws = Draws(step_seed(self.seed, Draw.EXAMPLE, step), self.device, size, rows)
        generator = draws.generator()
        first = self.places.first(step, size).to(self.device)
        x, target = self.varied(first, generator), self.targets[first]
        return draws, generator, x, target, target / target.sum(1, keepdim=True).clamp(min=1)

    def company(self, step: int, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """The examples that those of a step's batch are mixed with, and their targets."""
        other = self.places.other(step, size).to(self.device)
        return self.varied(other, generator), self.targets[other]


class SoundBatches(Batches):
    """Batches as `augment.Examples` makes them: samples [batch, length], targets and shares [batch, labels]."""

    def __init__(
        self, recordings, targets: np.ndarray, weights, length: int, rate: int, a: Augmentation, seed: int, device: str
    ):
        super().__init__(len(recordings), targets, weights, a, seed, device)
        self.length, self.rate = length, rate
        whole = np.clip(np.round(np.asarray(recordings.samples) * 32768), -32768, 32767).astype(np.int16)
        self.samples = torch.from_numpy(whole).to(device)
        self.starts = torch.from_numpy(recordings.offsets[:-1].copy()).to(device)
        self.counts = torch.from_numpy(np.diff(recordings.offsets)).to(device)

    def batch(self, step: int, size: int, rows: range | None = None) -> tuple[Tensor, Tensor, Tensor, Draws]:
        draws, generator, x, target, share = self.begun(step, size, rows)
        a, draw, single = self.a, Uniform(size, generator), (x, target, share)
        if a.mix > 0 or a.under > 0:
            second, second_target = self.company(step, size, generator)
            even = level_of(x) / level_of(second).clamp(min=1e-6)
            way, part = draw(), draw(0.25, 0.75)[:, None]
            mixed = (part * x + (1 - part) * even.clamp(0.03, 30) * second) / torch.hypot(part, 1 - part)
            under = x + second * even.clamp(max=100) * decibels(-draw(12, 30))[:, None]
            among = (way < a.mix)[:, None]
            x = torch.where(among, mixed, torch.where((way >= 1 - a.under)[:, None], under, x))
            second_share = second_target / second_target.sum(1, keepdim=True).clamp(min=1)
            share = torch.where(among, part * share + (1 - part) * second_share, share)
            target = torch.where(among, torch.maximum(target, second_target), target)
        if a.cut > 0:
            cut = draw.chance(a.cut)[:, None]
            of_one = stretches(single[0], self.rate, generator), *single[1:]
            x, target, share = (torch.where(cut, y, z) for y, z in zip(of_one, (x, target, share)))
        if a.negatives > 0:
            nothing = draw.chance(a.negatives)
            x = self.some(x, nothing, lambda y: nothings(y, self.rate, generator))
            share, target = (torch.where(nothing[:, None], 0.0, y) for y in (share, target))
        return *draws.kept(x.clamp(-1, 1), target, share), draws

    def varied(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        """As `augment.excerpt_of`, [batch, length]."""
        a, length, draw = self.a, self.length, Uniform(len(rows), generator)
        counts = self.counts[rows].float()
        factor = 1 + a.speed * draw(-1, 1) * draw.chance(0.5)
        span = length * factor
        if a.shift < 0:
            ring = torch.maximum(counts, span)
            start = draw() * ring
        else:
            spare = counts - span
            centre = torch.where(spare < 0, spare / 2, draw() * spare)
            start = centre + a.shift * self.rate * draw(-1, 1)
            ring = None
        # The start apart: f32 has no room for it and for parts of samples in a long recording.
        place = torch.arange(length, device=rows.device) * factor[:, None]
        below = place.floor()
        rest, index = place - below, below.long() + start.floor().long()[:, None]
        if ring is not None:
            index = index % ring.long().clamp(min=1)[:, None]
        last = self.counts[rows][:, None] - 1
        inside = (index >= 0) & (index <= last)
        at = self.starts[rows][:, None]
        left, right = (self.samples[at + (index + k).clamp(min=0).minimum(last)].float() for k in (0, 1))
        x = (left + (right - left) * rest) / 32768 * inside
        if a.room > 0:
            x = self.some(x, draw.chance(a.room), lambda y: in_rooms(y, self.rate, generator))
        if a.band > 0:
            x = self.some(x, draw.chance(a.band), lambda y: narrowed(y, self.rate, generator))
        gain = decibels(draw(a.gain_low, a.gain_high))
        if a.flip:
            gain = torch.where(draw.chance(0.5), -gain, gain)
        x = x * gain[:, None]
        if a.noise > 0:
            level = (level_of(x) + 1e-6) * decibels(-draw(5, 40))[:, None] * draw.chance(a.noise)[:, None]
            slope = torch.where(draw.chance(0.5), 0.0, 1.0)
            x = x + level * rows_of_noise(len(x), length, slope, generator)
        return x

    @staticmethod
    def some(x: Tensor, chosen: Tensor, change) -> Tensor:
        rows = chosen.nonzero()[:, 0]
        return x.index_copy(0, rows, change(x[rows])) if len(rows) else x


class ImageBatches(Batches):
    """Batches as `augment_images.ImageExamples` makes them: pixels 0..1 [batch, height, width, channels], targets and
    shares [batch, labels]. Also turns, sizes and leans them (`turn`, `zoom`), which the other does not."""

    def __init__(self, images, targets: np.ndarray, weights, a: ImageAugmentation, seed: int, device: str):
        super().__init__(len(images), targets, weights, a, seed, device)
        self.pixels = torch.from_numpy(np.array(images.pixels)).to(device)

    def batch(self, step: int, size: int, rows: range | None = None) -> tuple[Tensor, Tensor, Tensor, Draws]:
        draws, generator, x, target, share = self.begun(step, size, rows)
        a, draw = self.a, Uniform(size, generator)
        if a.mixup + a.cutmix > 0:
            second, second_target = self.company(step, size, generator)
            way, part = draw(), draw(0.5, 1)
            blend = part[:, None, None, None] * x + (1 - part)[:, None, None, None] * second
            hole = self.rectangles(1 - part, draw)
            cut = torch.where(hole[..., None], second, x)
            up, cuts = way < a.mixup, (way >= a.mixup) & (way < a.mixup + a.cutmix)
            x = torch.where(up[:, None, None, None], blend, torch.where(cuts[:, None, None, None], cut, x))
            part = torch.where(up, part, torch.where(cuts, 1 - hole.float().mean((1, 2)), 1.0))[:, None]
            share = part * share + (1 - part) * second_target / second_target.sum(1, keepdim=True).clamp(min=1)
            target = torch.where(part < 1, torch.maximum(target, second_target), target)
        return *draws.kept(x, target, share), draws

    def rectangles(self, area: Tensor, draw: Uniform) -> Tensor:
        """As `augment_images.rectangle`, as masks [batch, height, width]."""
        _, height, width, _ = self.pixels.shape
        aspect = torch.exp(draw(-0.7, 0.7))
        down = (height * (area * aspect).sqrt()).round().clamp(1, height)
        across = (width * (area / aspect).sqrt()).round().clamp(1, width)
        top, left = (draw() * (height - down + 1)).floor(), (draw() * (width - across + 1)).floor()
        y, x = (torch.arange(n, device=self.device) for n in (height, width))
        rows = (y >= top[:, None]) & (y < (top + down)[:, None])
        return rows[:, :, None] & ((x >= left[:, None]) & (x < (left + across)[:, None]))[:, None]

    def varied(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        """As `augment_images.varied`, [batch, height, width, channels]."""
        a, draw = self.a, Uniform(len(rows), generator)
        x = self.pixels[rows].float() / 255
        _, height, width, channels = x.shape
        if a.pad or a.turn or a.zoom:
            shift = (draw(-1, 1), draw(-1, 1))
            if a.turn or a.zoom:
                x = self.placed(x, shift, draw)
            else:
                x = self.shifted(x, [(s * (a.pad + 0.5)).round().clamp(-a.pad, a.pad).long() for s in shift])
        if a.mirror:
            x = torch.where(draw.chance(0.5)[:, None, None, None], x.flip(2), x)
        one = (slice(None), None, None, None)
        if a.brightness:
            x = x * (1 + a.brightness * draw(-1, 1))[one]
        if a.contrast:
            mean = x.mean((1, 2, 3), keepdim=True)
            x = mean + (x - mean) * (1 + a.contrast * draw(-1, 1))[one]
        if a.saturation and channels == 3:
            grey = (x @ torch.from_numpy(GREY).to(x.device))[..., None]
            x = grey + (x - grey) * (1 + a.saturation * draw(-1, 1))[one]
        if a.erase:
            hole = self.rectangles(draw(0.02, 0.25), draw) & draw.chance(a.erase)[:, None, None]
            x = torch.where(hole[..., None], x.mean((1, 2), keepdim=True), x)
        return x.clamp(0, 1)

    def shifted(self, x: Tensor, shifts: list[Tensor]) -> Tensor:
        """Moved by whole pixels; what comes in is the image mirrored at its edge."""
        places = []
        for shift, size in zip(shifts, x.shape[1:3]):
            place = torch.arange(size, device=x.device) + shift[:, None]
            place = place.abs()
            places.append(torch.where(place >= size, 2 * (size - 1) - place, place))
        batch = torch.arange(len(x), device=x.device)[:, None, None]
        return x[batch, places[0][:, :, None], places[1][:, None, :]]

    def placed(self, x: Tensor, shift: tuple[Tensor, Tensor], draw: Uniform) -> Tensor:
        """Turned, sized and moved by parts of pixels."""
        a, (_, height, width, _) = self.a, x.shape
        angle, scale = a.turn * math.pi / 180 * draw(-1, 1), torch.exp(a.zoom * draw(-1, 1))
        cos, sin = angle.cos() * scale, angle.sin() * scale
        move = [s * 2 * a.pad / size for s, size in zip(shift, (width, height))]
        theta = torch.stack([torch.stack([cos, -sin, move[0]], 1), torch.stack([sin, cos, move[1]], 1)], 1)
        maps = x.permute(0, 3, 1, 2)
        grid = torch.nn.functional.affine_grid(theta, list(maps.shape), align_corners=False)
        out = torch.nn.functional.grid_sample(maps, grid, padding_mode="reflection", align_corners=False)
        return out.permute(0, 2, 3, 1)
