// Attention of one query over a ring of keys and values. Keys lie with 16 slots side by side, so that scores are a
// product over tiles of slots; values lie with 16 channels side by side, so that the weighted sum is one over tiles of
// channels. Both sums run in a fixed order (elements of the head; oldest to newest), so a result depends neither on
// where in the ring a context lies nor on how many slots there are.

static void rotate(
    float *heads, size_t head_count, size_t head_width, size_t half, const float *cosines, const float *sines) {
    for (size_t h = 0; h < head_count; h++) {
        float *a = heads + h * head_width, *b = a + half;
        size_t i = 0;
        for (; i + LANES <= half; i += LANES) {
            f32x16 x = load(a + i), y = load(b + i), c = load(cosines + i), s = load(sines + i);
            store(a + i, fma16(x, c, -(y * s)));
            store(b + i, fma16(y, c, x * s));
        }
        size_t rest = half - i;
        if (rest) {
            f32x16 x = load_some(a + i, rest, 0.0f), y = load_some(b + i, rest, 0.0f);
            f32x16 c = load_some(cosines + i, rest, 0.0f), s = load_some(sines + i, rest, 0.0f);
            store_some(a + i, fma16(x, c, -(y * s)), rest);
            store_some(b + i, fma16(y, c, x * s), rest);
        }
    }
}

static void store_key_value(
    const float *key, const float *value, size_t head_width, size_t slot, size_t slots, float *keys, float *values) {
    float *column = keys + (slot / LANES) * head_width * LANES + slot % LANES;
    for (size_t i = 0; i < head_width; i++) column[i * LANES] = key[i];
    for (size_t i = 0; i < head_width; i++) values[((i / LANES) * slots + slot) * LANES + i % LANES] = value[i];
}

/// Scores of `tiles` (1 to 4) tiles of slots.
INLINE void score_tiles(const float *query, const float *keys, size_t head_width, const int tiles, float *scores) {
    f32x16 sums[4] = {splat(0.0f), splat(0.0f), splat(0.0f), splat(0.0f)};
    for (size_t i = 0; i < head_width; i++) {
        f32x16 q = splat(query[i]);
        UNROLL for (int t = 0; t < tiles; t++)
            sums[t] = fma16(q, load(keys + ((size_t)t * head_width + i) * LANES), sums[t]);
    }
    UNROLL for (int t = 0; t < tiles; t++) store(scores + (size_t)t * LANES, sums[t]);
}

/// Scores of the slots from `first` to `end`, whole tiles; slot `first`'s score comes to `scores[0]`, so up to 15 before
/// it and 15 after the last are written too.
INLINE void score_slots(const tacit_attention *a, size_t first, size_t end, float *scores) {
    size_t tile = first / LANES, end_tile = (end + LANES - 1) / LANES;
    float *out = scores - first % LANES;
    size_t width = a->head_width;
    for (; tile + 4 <= end_tile; tile += 4, out += 4 * LANES)
        score_tiles(a->query, a->keys + tile * width * LANES, width, 4, out);
    for (; tile < end_tile; tile++, out += LANES)
        score_tiles(a->query, a->keys + tile * width * LANES, width, 1, out);
}

/// Adds `weights[i] * value(slot i)` for the slots from `first` to `end` to the sums of `tiles` tiles of channels.
INLINE void weigh_slots(
    const float *weights, const float *values, size_t slots, size_t first, size_t end, const int tiles, f32x16 *sums) {
    for (size_t slot = first; slot < end; slot++) {
        f32x16 w = splat(weights[slot - first]);
        UNROLL for (int t = 0; t < tiles; t++)
            sums[t] = fma16(w, load(values + ((size_t)t * slots + slot) * LANES), sums[t]);
    }
}

INLINE void weigh_tiles(
    const tacit_attention *a, const float *weights, size_t end, size_t wrapped, float inverse, size_t tile,
    const int tiles) {
    f32x16 sums[4] = {splat(0.0f), splat(0.0f), splat(0.0f), splat(0.0f)};
    const float *values = a->values + tile * a->slots * LANES;
    weigh_slots(weights, values, a->slots, a->first, end, tiles, sums);
    weigh_slots(weights + (end - a->first), values, a->slots, 0, wrapped, tiles, sums);
    UNROLL for (int t = 0; t < tiles; t++) {
        size_t at = (tile + (size_t)t) * LANES;
        f32x16 y = sums[t] * splat(inverse);
        if (at + LANES <= a->head_width)
            store(a->output + at, y);
        else
            store_some(a->output + at, y, a->head_width - at);
    }
}

static void attend(const tacit_attention *a) {
    // The ring as two runs of slots: first..<end, then 0..<wrapped.
    size_t end = a->first + a->count < a->slots ? a->first + a->count : a->slots;
    size_t wrapped = a->count - (end - a->first);
    float *scores = a->scores + LANES;  // room for what is written before the first slot
    score_slots(a, a->first, end, scores);
    if (wrapped) score_slots(a, 0, wrapped, scores + (end - a->first));
    float inverse = 1.0f / exponentials(scores, a->count, a->scale, scores);

    size_t tiles = (a->head_width + LANES - 1) / LANES, tile = 0;
    for (; tile + 4 <= tiles; tile += 4) weigh_tiles(a, scores, end, wrapped, inverse, tile, 4);
    switch (tiles - tile) {
    case 3: weigh_tiles(a, scores, end, wrapped, inverse, tile, 3); break;
    case 2: weigh_tiles(a, scores, end, wrapped, inverse, tile, 2); break;
    case 1: weigh_tiles(a, scores, end, wrapped, inverse, tile, 1); break;
    default: break;
    }
}
