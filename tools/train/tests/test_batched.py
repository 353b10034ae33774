"""Batches made at once are what examples made one by one are: the same sounds and pictures, changed the same ways."""

import numpy as np
import pytest
import torch

from tacit_train import augment, batched, draws
from tacit_train.augment import Augmentation
from tacit_train.augment_images import ImageAugmentation

RATE = 8000


class Recordings:
    def __init__(self, parts):
        self.offsets = np.concatenate([[0], np.cumsum([len(p) for p in parts])]).astype(np.int64)
        self.samples = np.concatenate(parts).astype(np.float32)

    def __len__(self):
        return len(self.offsets) - 1

    def __getitem__(self, index):
        return self.samples[self.offsets[index] : self.offsets[index + 1]]


@pytest.fixture
def recordings():
    rng = np.random.default_rng(0)
    return Recordings([np.round(rng.uniform(-0.5, 0.5, n) * 32768) / 32768 for n in (900, 400, 1600, 37)])


def sounds(recordings, a, length=800, targets=None, weights=None):
    targets = np.eye(len(recordings), dtype=np.float32) if targets is None else targets
    return batched.SoundBatches(recordings, targets, weights, length, RATE, a, 3, "cpu")


def test_without_augmentation_a_batch_is_the_middle_or_any_part_of_each_clip(recordings):
    samples, targets, shares, _ = sounds(recordings, Augmentation()).batch(0, 8)
    for row, target in zip(samples.numpy(), targets.numpy()):
        clip = recordings[int(target.argmax())]
        if len(clip) <= 800:
            start = (800 - len(clip)) // 2
            places = [s for s in (start, start + 1) if (row[s : s + len(clip)] == clip).all()]
            assert places and np.count_nonzero(row) <= len(clip)
        else:
            assert any((row == clip[s : s + 800]).all() for s in range(len(clip) - 799))
    assert (shares == targets).all()


def test_a_ring_holds_every_sample_of_the_clip_once(recordings):
    samples, targets, _, _ = sounds(recordings, Augmentation(shift=-1)).batch(1, 12)
    for row, target in zip(samples.numpy(), targets.numpy()):
        clip = recordings[int(target.argmax())]
        if len(clip) <= 800:
            assert sorted(row[row != 0]) == sorted(clip[clip != 0])
        else:
            assert any((row == np.take(clip, range(s, s + 800), mode="wrap")).all() for s in range(len(clip)))


def test_a_step_is_the_same_whenever_it_comes_and_another_is_another(recordings):
    a = Augmentation(
        shift=-1, speed=0.1, gain_low=-20, gain_high=6, flip=True, noise=0.5, room=0.5, mix=0.5, under=0.2, band=0.3,
        negatives=0.2, cut=0.2,
    )  # fmt: skip
    one, other = (sounds(recordings, a) for _ in range(2))
    one.batch(0, 6)
    for x, y in zip(one.batch(5, 6)[:3], other.batch(5, 6)[:3]):
        assert (x == y).all() and x.isfinite().all()
    assert (one.batch(4, 6)[0] != one.batch(5, 6)[0]).any()


def test_mixtures_share_and_negatives_have_no_label(recordings):
    _, targets, shares, _ = sounds(recordings, Augmentation(mix=1)).batch(0, 64)
    assert (targets.sum(1) == 2).any() and torch.allclose(shares.sum(1), torch.ones(64))
    assert ((shares > 0) == (targets > 0)).all() and float(shares[shares > 0].min()) >= 0.25
    samples, targets, shares, _ = sounds(recordings, Augmentation(negatives=1)).batch(0, 64)
    assert not targets.any() and not shares.any() and samples.isfinite().all()
    assert (samples.abs().amax(1) == 0).any() and (samples.abs().amax(1) > 0).any()


def test_what_lies_under_is_not_labelled(recordings):
    plain = sounds(recordings, Augmentation(shift=-1)).batch(2, 32)
    under = sounds(recordings, Augmentation(shift=-1, under=1)).batch(2, 32)
    assert (plain[1] == under[1]).all() and (plain[2] == under[2]).all()
    rest = under[0] - plain[0]
    ratio = batched.level_of(rest) / batched.level_of(plain[0])
    assert float(ratio.max()) < 10 ** (-11.9 / 20) and float(ratio.min()) > 10 ** (-30.1 / 20)


def test_a_cut_is_a_stretch_of_one_clip_and_silence():
    length = 5 * RATE
    long = Recordings([np.random.default_rng(i).choice([-0.25, 0.25], length) for i in range(2)])
    plain = sounds(long, Augmentation(shift=-1), length).batch(2, 64)
    cut = sounds(long, Augmentation(shift=-1, mix=1, cut=1), length).batch(2, 64)
    assert (plain[1] == cut[1]).all() and (plain[2] == cut[2]).all()
    spans = [np.flatnonzero(row.abs() > 0.1)[[0, -1]] for row in cut[0]]
    assert all(0.25 * RATE < last - first < 4.1 * RATE for first, last in spans)
    assert 20 < sum(first < 0.02 * RATE for first, _ in spans) < 50
    silent = [float(row[last + 200 :].abs().max()) for row, (_, last) in zip(cut[0], spans) if last + 1200 < length]
    assert max(silent) < 0.1 and 0 < sum(x == 0 for x in silent) < len(silent)


@pytest.mark.parametrize("seconds", [0.1, 0.5, 2])
def test_a_cut_is_taken_where_a_clip_is_loud(seconds):
    x = torch.zeros(256, 5 * RATE)
    x[:, 3 * RATE : int((3 + seconds) * RATE)] = 0.5
    # Half of what the shortest stretch can hold, less what the soft edges take.
    least = 0.4 * 0.25 * min(seconds, 0.3) * RATE
    assert float(batched.stretches(x, RATE, torch.Generator().manual_seed(0)).square().sum(1).min()) > least


def test_weights_say_how_often_a_clip_is_drawn(recordings):
    made = sounds(recordings, Augmentation(), weights=np.array([0.0, 1.0, 3.0, 0.0]))
    drawn = sum(made.batch(s, 100)[1].sum(0) for s in range(20))
    assert drawn[0] == drawn[3] == 0 and 1350 < drawn[2] < 1650


def test_rooms_leave_the_level_and_narrowing_takes_the_edges_of_the_spectrum():
    x = torch.randn(4, 4000, generator=torch.Generator().manual_seed(0))
    wet = batched.in_rooms(x, RATE, torch.Generator().manual_seed(1))
    assert torch.allclose(batched.level_of(wet), batched.level_of(x), rtol=1e-4) and not torch.allclose(wet, x)
    narrow = torch.fft.rfft(batched.narrowed(x, RATE, torch.Generator().manual_seed(1))).abs() / torch.fft.rfft(x).abs()
    assert float(narrow[:, 1].max()) < 0.02 and float(narrow.max()) <= 1.0001
    assert float(narrow[:, 300].min()) > 0.3  # 600 Hz


def test_rows_of_noise_fall_as_it_should():
    slope = torch.tensor([0.0, 1.0, 2.0])
    x = batched.rows_of_noise(3, 1 << 16, slope, torch.Generator().manual_seed(0))
    power = torch.fft.rfft(x).abs().square()
    for row, want in zip(power, slope.tolist()):
        low, high = row[900:1100].mean(), row[9000:11000].mean()
        assert abs(float(torch.log10(low / high)) - want) < 0.15


def test_masks_are_stripes_no_wider_than_the_ones_drawn_one_by_one():
    a = Augmentation(time_masks=1, frequency_masks=1)
    frames = torch.ones(200, 80, 60)
    own = draws.Draws(5, "cpu")
    masked = batched.mask_frames(frames, own, a)
    assert (masked == batched.mask_frames(frames, own, a)).all()
    gone = masked == 0
    times, bands = gone.all(2).sum(1), gone.all(1).sum(1)
    assert times.max() == 10 and bands.max() == 10 and times.min() == 0
    alone = [augment.mask_frames(frames[:1], [np.random.default_rng(s)], a) for s in range(200)]
    wanted = np.mean([float((x == 0).float().mean()) for x in alone])
    assert abs(float(gone.float().mean()) - wanted) < 0.03


class Images:
    def __init__(self, pixels):
        self.pixels = pixels

    def __len__(self):
        return len(self.pixels)


def pictures(a, count=5, weights=None):
    pixels = np.random.default_rng(0).integers(0, 256, (count, 9, 12, 3), np.uint8)
    return batched.ImageBatches(Images(pixels), np.eye(count, dtype=np.float32), weights, a, 3, "cpu"), pixels


def test_pictures_are_moved_by_whole_pixels_and_mirrored():
    made, pixels = pictures(ImageAugmentation(pad=2, mirror=True))
    x, targets, _, _ = made.batch(0, 40)
    for row, target in zip(np.round(x.numpy() * 255).astype(np.uint8), targets.numpy()):
        padded = np.pad(pixels[int(target.argmax())], [(2, 2), (2, 2), (0, 0)], mode="reflect")
        found = [
            (row == side).all()
            for dy in range(5)
            for dx in range(5)
            for cut in [padded[dy : dy + 9, dx : dx + 12]]
            for side in (cut, cut[:, ::-1])
        ]
        assert sum(found) >= 1


def test_mixed_and_cut_pictures_share_by_weight_and_area():
    for a in (ImageAugmentation(mixup=1), ImageAugmentation(cutmix=1)):
        made, pixels = pictures(a)
        x, targets, shares, _ = made.batch(0, 60)
        assert torch.allclose(shares.sum(1), torch.ones(60)) and (targets.sum(1) == 2).any()
        for row, share in zip(x.numpy(), shares.numpy()):
            pair = share.argsort()[::-1][:2]
            if a.mixup:
                want = sum(share[i] * pixels[i].astype(np.float32) / 255 for i in pair)
                assert np.abs(row - want).max() < 1e-5
            else:
                own = np.isclose(row, pixels[pair[0]] / np.float32(255)).all(2).mean()
                assert own >= share[pair[0]] - 1e-5


def test_turned_pictures_stay_pictures():
    made, _ = pictures(ImageAugmentation(pad=1, turn=15, zoom=0.2, erase=0.5, brightness=0.2, contrast=0.2, saturation=0.3))
    x, _, _, _ = made.batch(0, 16)
    assert x.isfinite().all() and float(x.min()) >= 0 and float(x.max()) <= 1 and x.shape == (16, 9, 12, 3)
