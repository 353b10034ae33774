// Matrix products over tiles of 16 output channels, a few rows at a time. The integer sums of the int8 form come from
// `dot`, which each instruction set defines before this file, with `DOT_ROWS`, the most rows that it takes at a time (up
// to 8), and `DOT_OFFSET`: 128 where it multiplies the unsigned bytes as they are, 0 where it takes the offset back
// itself. Where registers are many it defines `dot_pair` and `DOT_PAIR` too, for two tiles, and `FLOAT_ROWS`, the rows of
// the forms of floats: as many chains of sums as hide a fused multiply-add's latency.

#ifndef FLOAT_ROWS
#define FLOAT_ROWS 4
#endif

INLINE void finish(f32x16 y, size_t row, size_t tile, const float *bias, const float *residual, float *output,
                   size_t stride) {
    size_t at = row * stride + tile * LANES;
    if (bias) y += load(bias + tile * LANES);
    if (residual) y += load(residual + at);
    store(output + at, y);
}

// Runs `what(n)` for the n = 1... that is `rest`, each a constant and under `most`.
#define SWITCH_REST(most, rest, what)            \
    switch (rest) {                              \
    case 7: if (most > 7) what(7); break;        \
    case 6: if (most > 6) what(6); break;        \
    case 5: if (most > 5) what(5); break;        \
    case 4: if (most > 4) what(4); break;        \
    case 3: if (most > 3) what(3); break;        \
    case 2: if (most > 2) what(2); break;        \
    case 1: what(1); break;                      \
    default: break;                              \
    }

/// How many of `rest` columns have their products summed in one chain: 256, or all where fewer than 384 are left. A longer
/// chain's roundings add up: of the widest products of a language model they are three quarters of what float32 loses.
INLINE size_t chain_length(size_t rest) { return rest < 384 ? rest : 256; }

/// `sums[r] = sum over k of x[r][k] * w[k]`, one chain from column `first` on. `halves`: weights of 16 bits.
INLINE void float_chain(const tacit_product_floats *p, size_t tile, const float *x, size_t first, size_t columns,
                        const int rows, const int halves, f32x16 *sums) {
    size_t start = (tile * p->columns + first) * LANES;
    UNROLL for (int r = 0; r < rows; r++) sums[r] = splat(0.0f);
    for (size_t k = 0; k < columns; k++) {
        size_t at = start + k * LANES;
        f32x16 w = halves ? load_halves((const uint16_t *)p->panels + at) : load((const float *)p->panels + at);
        UNROLL for (int r = 0; r < rows; r++)
            sums[r] = fma16(splat(x[(size_t)r * p->input_stride + first + k]), w, sums[r]);
    }
}

INLINE void multiply_floats_block(
    const tacit_product_floats *p, size_t tile, size_t row, const int rows, const int halves) {
    const float *x = p->input + row * p->input_stride;
    f32x16 sums[FLOAT_ROWS];
    size_t done = chain_length(p->columns);
    float_chain(p, tile, x, 0, done, rows, halves, sums);
    while (done < p->columns) {
        f32x16 more[FLOAT_ROWS];
        size_t length = chain_length(p->columns - done);
        float_chain(p, tile, x, done, length, rows, halves, more);
        UNROLL for (int r = 0; r < rows; r++) sums[r] += more[r];
        done += length;
    }
    UNROLL for (int r = 0; r < rows; r++)
        finish(sums[r], row + (size_t)r, tile, p->bias, p->residual, p->output, p->output_stride);
}

INLINE void multiply_floats(const tacit_product_floats *p, size_t first_tile, size_t end_tile, const int halves) {
    for (size_t tile = first_tile; tile < end_tile; tile++) {
        size_t row = 0;
        for (; row + FLOAT_ROWS <= p->rows; row += FLOAT_ROWS) multiply_floats_block(p, tile, row, FLOAT_ROWS, halves);
#define THE_REST(n) multiply_floats_block(p, tile, row, n, halves)
        SWITCH_REST(FLOAT_ROWS, p->rows - row, THE_REST)
#undef THE_REST
    }
}

static void multiply_float32(const tacit_product_floats *p, size_t first_tile, size_t end_tile) {
    multiply_floats(p, first_tile, end_tile, 0);
}

static void multiply_float16(const tacit_product_floats *p, size_t first_tile, size_t end_tile) {
    multiply_floats(p, first_tile, end_tile, 1);
}

INLINE void multiply_int8_block(
    const tacit_product_int8 *p, size_t tile, size_t row, const int rows, const int tiles) {
    i32x16 sums[2 * DOT_ROWS];
    const uint8_t *input = p->input + row * p->input_stride;
    const int8_t *panel = p->panels + tile * p->groups * 64;
#ifdef DOT_PAIR
    if (tiles == 2) dot_pair(input, p->input_stride, panel, p->groups, rows, sums);
#endif
    if (tiles == 1) dot(input, p->input_stride, panel, p->groups, rows, sums);
    UNROLL for (int t = 0; t < tiles; t++, tile++) {
        f32x16 scales = load(p->scales + tile * LANES);
        i32x16 channel_sums = load_integers(p->sums + tile * LANES);
        u32x16 offset = DOT_OFFSET * __builtin_bit_cast(u32x16, channel_sums);
        f32x16 totals = scales * __builtin_convertvector(channel_sums, f32x16);
        UNROLL for (int r = 0; r < rows; r++) {
            u32x16 exact = __builtin_bit_cast(u32x16, sums[t * rows + r]) - offset;
            f32x16 y = __builtin_convertvector(__builtin_bit_cast(i32x16, exact), f32x16);
            tacit_row_scale x = p->input_scales[row + (size_t)r];
            y = fma16(y, splat(x.step) * scales, splat(x.offset) * totals);
            finish(y, row + (size_t)r, tile, p->bias, p->residual, p->output, p->output_stride);
        }
    }
}

/// What is fetched while a panel is used for all rows: the next one, a share for each block of rows, since after a pause a
/// stream's weights are in no cache. Behind the last panel of all lies the matrix that is used next, more often than not;
/// and an address that is none does no harm.
typedef struct {
    uintptr_t line, end;  // of 64 bytes each
    size_t share;
} panel_ahead;

INLINE panel_ahead lines_behind(uintptr_t panel_end, size_t lines, size_t rows, size_t rows_at_once) {
    return (panel_ahead){panel_end, panel_end + lines * 64, lines * rows_at_once / rows + 1};
}

INLINE void fetch_share(panel_ahead *ahead) {
    for (size_t i = 0; i < ahead->share && ahead->line < ahead->end; i++, ahead->line += 64)
        __builtin_prefetch((const void *)ahead->line, 0, 2);
}

INLINE void multiply_int8_tiles(const tacit_product_int8 *p, size_t tile, const int tiles) {
    size_t row = 0, lines = (size_t)tiles * p->groups;
    panel_ahead ahead = lines_behind((uintptr_t)p->panels + tile * p->groups * 64 + lines * 64, lines, p->rows, DOT_ROWS);
    for (; row + DOT_ROWS <= p->rows; row += DOT_ROWS) {
        multiply_int8_block(p, tile, row, DOT_ROWS, tiles);
        fetch_share(&ahead);
    }
#define THE_REST(n) multiply_int8_block(p, tile, row, n, tiles)
    SWITCH_REST(DOT_ROWS, p->rows - row, THE_REST)
#undef THE_REST
}

static void multiply_int8(const tacit_product_int8 *p, size_t first_tile, size_t end_tile) {
    size_t tile = first_tile;
#ifdef DOT_PAIR
    for (; tile + 2 <= end_tile; tile += 2) multiply_int8_tiles(p, tile, 2);
#endif
    for (; tile < end_tile; tile++) multiply_int8_tiles(p, tile, 1);
}
