// What stands before and behind the transforms of eight frames at once, one a lane: tapers, mel bands, logarithms.

/// Rows become columns.
INLINE void transpose8(f32x8 *rows) {
    f32x8 pairs[8], fours[8];
    UNROLL for (int i = 0; i < 8; i += 2) {
        pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    UNROLL for (int i = 0; i < 8; i += 4)
        UNROLL for (int j = 0; j < 2; j++) {
            f32x8 a = pairs[i + j], b = pairs[i + j + 2];
            fours[i + 2 * j] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
            fours[i + 2 * j + 1] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
        }
    UNROLL for (int i = 0; i < 4; i++) {
        rows[i] = __builtin_shufflevector(fours[i], fours[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        rows[i + 4] = __builtin_shufflevector(fours[i], fours[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

static void taper_frames(
    const float *samples, const size_t *starts, const float *taper, size_t count, size_t step, float *output) {
    const float *frames[8];
    for (size_t f = 0; f < 8; f++) frames[f] = samples + starts[f];
    size_t whole = count - count % 8;
    for (size_t i = 0; i < whole; i += 8) {
        f32x8 rows[8];
        UNROLL for (int f = 0; f < 8; f++) rows[f] = load8(frames[f] + i) * load8(taper + i);
        transpose8(rows);
        UNROLL for (size_t j = 0; j < 8; j++) store8(output + (i + j) * step * 8, rows[j]);
    }
    for (size_t i = whole; i < count; i++)
        for (size_t f = 0; f < 8; f++) output[i * step * 8 + f] = frames[f][i] * taper[i];
}

static void mel_energies(
    const float *power, const tacit_mel_band *bands, size_t mels, const float *weights, float *energies) {
    for (size_t m = 0; m < mels; m++) {
        const float *bins = power + bands[m].first_bin * 8;
        f32x8 sum = (f32x8)(0.0f);
        for (size_t j = 0; j < bands[m].bins; j++) sum += load8(bins + j * 8) * (f32x8)(weights[j]);
        weights += bands[m].bins;
        store8(energies + m * 8, sum);
    }
}

static void log_mels(
    const float *energies, size_t mels, float log_offset, float mean, float deviation, size_t frames, float *output) {
    for (size_t m = 0; m < mels; m += 8) {
        f32x16 pairs[4];
        UNROLL for (size_t i = 0; i < 4; i++) {
            f32x16 energy = lesser(load(energies + m * 8 + i * LANES) + splat(log_offset), splat(0x1.fffffep+127f));
            pairs[i] = (logarithm16(energy) - splat(mean)) / splat(deviation);
        }
        f32x8 rows[8];
        UNROLL for (size_t i = 0; i < 4; i++) rows[2 * i] = pairs[i].lo, rows[2 * i + 1] = pairs[i].hi;
        transpose8(rows);
        if (m + 8 <= mels) {
            UNROLL for (size_t f = 0; f < 8; f++)
                if (f < frames) store8(output + f * mels + m, rows[f]);
        } else {
            float values[64];
            UNROLL for (size_t f = 0; f < 8; f++) store8(values + f * 8, rows[f]);
            for (size_t f = 0; f < frames; f++)
                __builtin_memcpy(output + f * mels + m, values + f * 8, (mels - m) * sizeof *output);
        }
    }
}
