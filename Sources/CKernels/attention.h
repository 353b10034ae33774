// Attention of one query over a ring of keys and values. Keys lie with 16 slots side by side, so that scores are a
// product over tiles of slots; values lie with 16 channels side by side, so that the weighted sum is one over tiles of
// channels. Both sums run in a fixed order (elements of the head; oldest to newest), so a result depends neither on
// where in the ring a context lies nor on how many slots there are. Sinks come before the oldest. `ATTENTION_TILES` tiles
// go together with four rows, as many chains of sums as hide a fused multiply-add's latency.

#ifndef ATTENTION_TILES
#define ATTENTION_TILES 1
#endif

static void rotate(
    float *heads, size_t stride, size_t rows, size_t head_count, size_t head_width, size_t half, const float *cosines,
    const float *sines, size_t angle_stride) {
    for (size_t r = 0; r < rows; r++, heads += stride, cosines += angle_stride, sines += angle_stride)
        for (size_t h = 0; h < head_count; h++) {
            float *a = heads + h * head_width, *b = a + half;
            size_t i = 0;
            for (; i + LANES <= half; i += LANES) {
                f32x16 x = load(a + i), y = load(b + i), c = load(cosines + i), s = load(sines + i);
                store(a + i, fma16(x, c, -(y * s)));
                store(b + i, fma16(y, c, x * s));
            }
            for (; i + 8 <= half; i += 8) {
                f32x8 x = load8(a + i), y = load8(b + i), c = load8(cosines + i), s = load8(sines + i);
                store8(a + i, fma8(x, c, -(y * s)));
                store8(b + i, fma8(y, c, x * s));
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

static void store_keys_values(
    const float *new_keys, const float *new_values, size_t stride, size_t count, size_t head_width, size_t slot,
    size_t slots, float *keys, float *values) {
    for (size_t done = 0; done < count;) {
        // The slots of one tile, element by element, so that a line of the ring is written once.
        size_t at = slot + done, run = LANES - at % LANES;
        if (run > count - done) run = count - done;
        float *column = keys + (at / LANES) * head_width * LANES + at % LANES;
        const float *from = new_keys + done * stride;
        for (size_t i = 0; i < head_width; i++)
            for (size_t r = 0; r < run; r++) column[i * LANES + r] = from[r * stride + i];
        done += run;
    }
    for (size_t i = 0; i < head_width; i += LANES) {
        size_t part = head_width - i < LANES ? head_width - i : LANES;
        float *to = values + ((i / LANES) * slots + slot) * LANES;
        for (size_t r = 0; r < count; r++) {
            const float *from = new_values + r * stride + i;
            if (part == LANES)
                store(to + r * LANES, load(from));
            else
                __builtin_memcpy(to + r * LANES, from, part * sizeof *to);
        }
    }
}

/// Scores of `rows` queries by `tiles` tiles of slots.
INLINE void score_block(
    const tacit_attention *a, size_t row, size_t tile, const int rows, const int tiles, float *scores) {
    size_t width = a->head_width;
    const float *query = a->query + row * a->query_stride, *keys = a->keys + tile * width * LANES;
    f32x16 sums[4 * ATTENTION_TILES];
    UNROLL for (int j = 0; j < rows * tiles; j++) sums[j] = splat(0.0f);
    for (size_t i = 0; i < width; i++)
        UNROLL for (int t = 0; t < tiles; t++) {
            f32x16 key = load(keys + ((size_t)t * width + i) * LANES);
            UNROLL for (int r = 0; r < rows; r++) {
                f32x16 *sum = sums + t * rows + r;
                *sum = fma16(splat(query[(size_t)r * a->query_stride + i]), key, *sum);
            }
        }
    UNROLL for (int t = 0; t < tiles; t++)
        UNROLL for (int r = 0; r < rows; r++)
            store(scores + (size_t)r * a->score_stride + (size_t)t * LANES, sums[t * rows + r]);
}

/// Scores of the slots from `first` to `end`, whole tiles; slot `first`'s score comes to `scores[0]`, so up to 15 before
/// it and 15 after the last are written too.
INLINE void score_slots(const tacit_attention *a, size_t row, size_t first, size_t end, const int rows, float *scores) {
    const int together = rows == 1 ? 4 : ATTENTION_TILES;
    size_t tile = first / LANES, end_tile = (end + LANES - 1) / LANES;
    float *out = scores - first % LANES;
    for (; tile + (size_t)together <= end_tile; tile += (size_t)together, out += (size_t)together * LANES)
        score_block(a, row, tile, rows, together, out);
    for (; tile < end_tile; tile++, out += LANES) score_block(a, row, tile, rows, 1, out);
}

/// Scores of `rows` queries by the tile of sinks, each before the first of its slots' scores, which are there.
INLINE void score_sinks(const tacit_attention *a, size_t row, const int rows, float *scores) {
    const float *query = a->sink_query + row * a->sink_query_stride, *keys = a->sink_keys;
    f32x16 sums[4];
    UNROLL for (int r = 0; r < rows; r++) sums[r] = splat(0.0f);
    for (size_t i = 0; i < a->head_width; i++) {
        f32x16 key = load(keys + i * LANES);
        UNROLL for (int r = 0; r < rows; r++)
            sums[r] = fma16(splat(query[(size_t)r * a->sink_query_stride + i]), key, sums[r]);
    }
    UNROLL for (int r = 0; r < rows; r++)
        store(scores + (size_t)r * a->score_stride + a->offset[row + (size_t)r] - LANES, sums[r]);
}

/// Begins the sums of `rows` queries by `tiles` tiles of channels with what sinks add.
INLINE void weigh_sinks(
    const tacit_attention *a, size_t row, const float *weights, size_t tile, const int rows, const int tiles,
    f32x16 *sums) {
    const float *values = a->sink_values + tile * LANES * LANES;
    for (size_t i = LANES - a->sinks; i < LANES; i++)
        UNROLL for (int t = 0; t < tiles; t++) {
            f32x16 value = load(values + ((size_t)t * LANES + i) * LANES);
            UNROLL for (int r = 0; r < rows; r++) {
                const float *own = weights + (size_t)r * a->score_stride + a->offset[row + (size_t)r] - LANES;
                f32x16 *sum = sums + t * rows + r;
                *sum = fma16(splat(own[i]), value, *sum);
            }
        }
}

/// Adds `weight * value` of the slots `from` to `to` (counted from `first`, round the ring) to the sums of `rows` queries
/// by `tiles` tiles of channels, `sum_rows` sums from one tile to the next.
INLINE void weigh_slots(
    const tacit_attention *a, const float *weights, size_t tile, size_t from, size_t to, const int rows,
    const int tiles, const int sum_rows, f32x16 *sums) {
    const float *values = a->values + tile * a->slots * LANES;
    while (from < to) {
        size_t slot = a->first + from;
        size_t run = a->slots - (slot < a->slots ? slot : slot - a->slots);
        if (slot >= a->slots) slot -= a->slots;
        size_t end = to - from < run ? to : from + run;
        for (; from < end; from++, slot++)
            UNROLL for (int t = 0; t < tiles; t++) {
                f32x16 value = load(values + ((size_t)t * a->slots + slot) * LANES);
                UNROLL for (int r = 0; r < rows; r++) {
                    f32x16 *sum = sums + t * sum_rows + r;
                    *sum = fma16(splat(weights[(size_t)r * a->score_stride + from]), value, *sum);
                }
            }
    }
}

INLINE void weigh_block(
    const tacit_attention *a, size_t row, const float *weights, const float *inverses, size_t tile, const int rows,
    const int tiles) {
    f32x16 sums[4 * ATTENTION_TILES];
    UNROLL for (int i = 0; i < rows * tiles; i++) sums[i] = splat(0.0f);
    if (a->sinks) weigh_sinks(a, row, weights, tile, rows, tiles, sums);
    // What only some queries see, then what all see, then again what only some see: each in its own order.
    size_t common = a->offset[row + (size_t)rows - 1], common_end = a->offset[row] + a->count[row];
    if (common_end < common) common_end = common;
    for (int r = 0; rows > 1 && r < rows; r++) {
        size_t from = a->offset[row + (size_t)r], to = from + a->count[row + (size_t)r];
        weigh_slots(a, weights + (size_t)r * a->score_stride, tile, from, to < common ? to : common, 1, tiles, rows,
                    sums + r);
    }
    weigh_slots(a, weights, tile, common, common_end, rows, tiles, rows, sums);
    for (int r = 0; rows > 1 && r < rows; r++) {
        size_t to = a->offset[row + (size_t)r] + a->count[row + (size_t)r];
        weigh_slots(a, weights + (size_t)r * a->score_stride, tile, common_end, to, 1, tiles, rows, sums + r);
    }
    UNROLL for (int t = 0; t < tiles; t++)
        UNROLL for (int r = 0; r < rows; r++) {
            size_t at = (tile + (size_t)t) * LANES;
            float *output = a->output + (row + (size_t)r) * a->output_stride + at;
            f32x16 y = sums[t * rows + r] * splat(inverses[r]);
            if (at + LANES <= a->head_width)
                store(output, y);
            else
                store_some(output, y, a->head_width - at);
        }
}

INLINE void attend_rows(const tacit_attention *a, size_t row, const int rows) {
    // The slots in use as two runs: first..<end, then 0..<wrapped.
    size_t last = row + (size_t)rows - 1, used = a->offset[last] + a->count[last];
    size_t end = a->first + used < a->slots ? a->first + used : a->slots;
    size_t wrapped = used - (end - a->first);
    float *scores = a->scores + LANES;  // room for what is written before the first slot
    score_slots(a, row, a->first, end, rows, scores);
    if (wrapped) score_slots(a, row, 0, wrapped, rows, scores + (end - a->first));
    if (a->sinks) score_sinks(a, row, rows, scores);
    float inverses[4];
    for (int r = 0; r < rows; r++) {
        float *own = scores + (size_t)r * a->score_stride + a->offset[row + (size_t)r] - a->sinks;
        inverses[r] = 1.0f / exponentials(own, a->count[row + (size_t)r] + a->sinks, a->scale, true, own);
    }
    const int together = rows == 1 ? 4 : ATTENTION_TILES;
    size_t tiles = (a->head_width + LANES - 1) / LANES, tile = 0;
    for (; tile + (size_t)together <= tiles; tile += (size_t)together)
        weigh_block(a, row, scores, inverses, tile, rows, together);
    switch (tiles - tile) {
    case 3: if (together > 3) weigh_block(a, row, scores, inverses, tile, rows, 3); break;
    case 2: if (together > 2) weigh_block(a, row, scores, inverses, tile, rows, 2); break;
    case 1: weigh_block(a, row, scores, inverses, tile, rows, 1); break;
    default: break;
    }
}

static void attend(const tacit_attention *a) {
    if (a->rows == 4) {
        attend_rows(a, 0, 4);
    } else {
        for (size_t row = 0; row < a->rows; row++) attend_rows(a, row, 1);
    }
}
