// Matrix products over tiles of 16 output channels, a few rows at a time. The integer sums of the int8 form come from
// `dot`, which each instruction set defines before this file; meanwhile it fetches what lies ahead, as much of it as the
// constant `fetches` says (fetch.h). Beside it are `DOT_ROWS`, the most rows that it takes at a time (up to 8), and
// `DOT_OFFSET`: 128 where it multiplies the unsigned bytes as they are, 0 where it takes the offset back itself. Where
// registers are many it defines `dot_pair` and `DOT_PAIR` too, for two tiles, and `FLOAT_ROWS`, the rows of the forms of
// floats: as many chains of sums as hide a fused multiply-add's latency. With `PACK_ROWS` it defines `pack_rows`, which
// writes up to `DOT_ROWS` rows of `groups * 4` bytes, one behind another in whatever order `dot` wants them: once for all
// tiles, where `dot` would put them in order for each. `FETCH_EVENLY` is explained below. With `AMX` there are that
// extension's instructions.

#ifndef FLOAT_ROWS
#define FLOAT_ROWS 4
#endif
#define FLOAT_TILES 4
// Chains at a time: of so many rows by one tile, or of one row by so many tiles.
#define FLOAT_SUMS (FLOAT_ROWS > FLOAT_TILES ? FLOAT_ROWS : FLOAT_TILES)

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
    case 8: if (most > 8) what(8); break;        \
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

/// `sums[t][r] = sum over k of x[r][k] * w[t][k]`, each one chain from column `first` on. `halves`: weights of 16 bits.
INLINE void float_chains(const tacit_product_floats *p, size_t tile, const float *x, size_t first, size_t columns,
                         const int rows, const int tiles, const int halves, const int fetches, f32x16 *sums) {
    size_t start = (tile * p->columns + first) * LANES, size = halves ? 2 : 4;
    UNROLL for (int i = 0; i < tiles * rows; i++) sums[i] = splat(0.0f);
    for (size_t k = 0; k < columns; k++) {
        size_t at = start + k * LANES;
        if (fetches && k % (64 / (size * LANES)) == 0) fetch_line((uintptr_t)p->panels + at * size + FETCHED_AHEAD);
        UNROLL for (int t = 0; t < tiles; t++, at += p->columns * LANES) {
            f32x16 w = halves ? load_halves((const uint16_t *)p->panels + at) : load((const float *)p->panels + at);
            UNROLL for (int r = 0; r < rows; r++) {
                f32x16 *sum = sums + t * rows + r;
                *sum = fma16(splat(x[(size_t)r * p->input_stride + first + k]), w, *sum);
            }
        }
    }
}

INLINE void multiply_floats_block(
    const tacit_product_floats *p, size_t tile, size_t row, const int rows, const int tiles, const int halves,
    const int fetches) {
    const float *x = p->input + row * p->input_stride;
    f32x16 sums[FLOAT_SUMS];
    size_t done = chain_length(p->columns);
    float_chains(p, tile, x, 0, done, rows, tiles, halves, fetches, sums);
    while (done < p->columns) {
        f32x16 more[FLOAT_SUMS];
        size_t length = chain_length(p->columns - done);
        float_chains(p, tile, x, done, length, rows, tiles, halves, fetches, more);
        UNROLL for (int i = 0; i < tiles * rows; i++) sums[i] += more[i];
        done += length;
    }
    UNROLL for (int t = 0; t < tiles; t++)
        UNROLL for (int r = 0; r < rows; r++)
            finish(sums[t * rows + r], row + (size_t)r, tile + (size_t)t, p->bias, p->residual, p->output,
                   p->output_stride);
}

INLINE void multiply_floats(const tacit_product_floats *p, size_t first_tile, size_t end_tile, const int halves) {
    size_t tile = first_tile;
    // One row by one tile would wait for each sum before the next.
    for (; p->rows == 1 && tile + FLOAT_TILES <= end_tile; tile += FLOAT_TILES)
        multiply_floats_block(p, tile, 0, 1, FLOAT_TILES, halves, 0);
    for (; tile < end_tile; tile++) {
        size_t row = 0;
        for (; row + FLOAT_ROWS <= p->rows; row += FLOAT_ROWS) {
            // What the first rows read comes from memory, if any of it does. Of few rows, the rest below are the first.
            if (row == 0)
                multiply_floats_block(p, tile, row, FLOAT_ROWS, 1, halves, 1);
            else
                multiply_floats_block(p, tile, row, FLOAT_ROWS, 1, halves, 0);
        }
#define THE_REST(n) multiply_floats_block(p, tile, row, n, 1, halves, n > 1)
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

/// Some rows of a product, as they are or packed.
typedef struct {
    const uint8_t *input;  // of the first of them
    size_t stride;
    size_t first, end;
} row_range;

/// What turns a tile's integer sums into floats.
typedef struct {
    f32x16 scales, totals;
    u32x16 offset;
} channel_scales;

INLINE channel_scales channel_scales_of(const tacit_product_int8 *p, size_t tile) {
    f32x16 scales = load(p->scales + tile * LANES);
    i32x16 sums = load_integers(p->sums + tile * LANES);
    return (channel_scales){
        scales, scales * __builtin_convertvector(sums, f32x16), DOT_OFFSET * __builtin_bit_cast(u32x16, sums)};
}

INLINE void finish_int8(const tacit_product_int8 *p, const channel_scales *c, i32x16 sum, size_t row, size_t tile) {
    u32x16 exact = __builtin_bit_cast(u32x16, sum) - c->offset;
    f32x16 y = __builtin_convertvector(__builtin_bit_cast(i32x16, exact), f32x16);
    tacit_row_scale x = p->input_scales[row];
    y = fma16(y, splat(x.step) * c->scales, splat(x.offset) * c->totals);
    finish(y, row, tile, p->bias, p->residual, p->output, p->output_stride);
}

INLINE void multiply_int8_block(
    const tacit_product_int8 *p, const row_range *range, size_t tile, size_t row, const int rows, const int tiles,
    const int fetches, spread_fetch ahead) {
    i32x16 sums[2 * DOT_ROWS];
    const uint8_t *input = range->input + (row - range->first) * range->stride;
    const int8_t *panel = p->panels + tile * p->groups * 64;
#ifdef DOT_PAIR
    if (tiles == 2) dot_pair(input, range->stride, panel, p->groups, rows, fetches, ahead, sums);
#endif
    if (tiles == 1) dot(input, range->stride, panel, p->groups, rows, fetches, ahead, sums);
    UNROLL for (int t = 0; t < tiles; t++, tile++) {
        channel_scales scales = channel_scales_of(p, tile);
        UNROLL for (int r = 0; r < rows; r++) finish_int8(p, &scales, sums[t * rows + r], row + (size_t)r, tile);
    }
}

/// Fetches what turns these tiles' sums into floats, which is wanted once their products are there.
INLINE void fetch_scales(const tacit_product_int8 *p, size_t tile, const int tiles) {
    UNROLL for (int t = 0; t < tiles; t++, tile++) {
        fetch_line((uintptr_t)(p->scales + tile * LANES));
        fetch_line((uintptr_t)(p->sums + tile * LANES));
    }
}

// How rows of int8 fetch what is read next. With `FETCH_EVENLY`, as the instruction sets of x86 have it, every step fetches a
// little, and asks for a line again rather than leave it out: a core of AMD's lets a fetch go for which it has no
// buffer left, as it does many of a share that is asked for at once, and has loads to spare beside the products. Elsewhere
// few rows fetch as they go, and more of them a share behind each block.
#ifdef FETCH_EVENLY
#define FEW_ROWS DOT_ROWS
#else
#define FEW_ROWS (2 * DOT_ROWS)
#endif

INLINE void multiply_int8_tiles(const tacit_product_int8 *p, const row_range *range, size_t tile, const int tiles) {
    size_t row = range->first, rows = range->end - row, lines = (size_t)tiles * p->groups;
    uintptr_t behind = (uintptr_t)p->panels + (tile + (size_t)tiles) * p->groups * 64;
    const spread_fetch none = {0, 0}, all = {behind + FETCHED_AHEAD, 64};
    if (rows == 1) {
        // One row alone reads as fast as the processor fetches by itself, and would only wait for more loads.
        multiply_int8_block(p, range, tile, row, 1, tiles, FETCH_NONE, none);
        return;
    }
    fetch_scales(p, tile, tiles);
    if (rows <= FEW_ROWS) {
        if (rows > DOT_ROWS) {
            multiply_int8_block(p, range, tile, row, DOT_ROWS, tiles, FETCH_NONE, none);
            row += DOT_ROWS;
        }
#define THE_LAST(n) multiply_int8_block(p, range, tile, row, n, tiles, FETCH_ALL, all)
        SWITCH_REST(DOT_ROWS + 1, range->end - row, THE_LAST)
#undef THE_LAST
        return;
    }
#ifdef FETCH_EVENLY
    size_t blocks = (rows + DOT_ROWS - 1) / DOT_ROWS;
    spread_fetch ahead = {all.first, (64 + blocks - 1) / blocks};
    for (; row + DOT_ROWS <= range->end; row += DOT_ROWS) {
        multiply_int8_block(p, range, tile, row, DOT_ROWS, tiles, FETCH_HALF, ahead);
        ahead.first += lines * ahead.step;
        if (ahead.first >= all.first + lines * 64) ahead.step = 0;
    }
#define THE_REST(n) multiply_int8_block(p, range, tile, row, n, tiles, FETCH_HALF, ahead)
#else
    shared_fetch ahead = lines_behind(behind, lines, rows, DOT_ROWS);
    for (; row + DOT_ROWS <= range->end; row += DOT_ROWS) {
        multiply_int8_block(p, range, tile, row, DOT_ROWS, tiles, FETCH_NONE, none);
        fetch_share(&ahead);
    }
#define THE_REST(n) multiply_int8_block(p, range, tile, row, n, tiles, FETCH_NONE, none)
#endif
    SWITCH_REST(DOT_ROWS, range->end - row, THE_REST)
#undef THE_REST
}

INLINE void multiply_int8_range(const tacit_product_int8 *p, const row_range *range, size_t first_tile, size_t end_tile) {
    size_t tile = first_tile;
#ifdef DOT_PAIR
    for (; tile + 2 <= end_tile; tile += 2) multiply_int8_tiles(p, range, tile, 2);
#endif
    for (; tile < end_tile; tile++) multiply_int8_tiles(p, range, tile, 1);
}

#ifdef PACK_ROWS

/// Of packed rows at a time. Where a product has more, its weights are read again for the next: so it is no less than this,
/// and with a tile's weights it stays in a small second cache.
#define PACKED_BYTES ((size_t)128 << 10)

static void multiply_int8(const tacit_product_int8 *p, size_t first_tile, size_t end_tile) {
    _Alignas(64) uint8_t packed[PACKED_BYTES];
    size_t stride = p->groups * 4, most = PACKED_BYTES / stride;  // two rows at least: `groups` is 16384 or less
    if (most > DOT_ROWS) most -= most % DOT_ROWS;
    for (size_t first = 0; first < p->rows; first += most) {
        size_t row = first, end = p->rows - first < most ? p->rows : first + most;
        const uint8_t *input = p->input + first * p->input_stride;
        uint8_t *to = packed;
        for (; row + DOT_ROWS <= end; row += DOT_ROWS) {
            pack_rows(input, p->input_stride, p->groups, DOT_ROWS, to);
            input += DOT_ROWS * p->input_stride, to += DOT_ROWS * stride;
        }
#define THE_REST(n) pack_rows(input, p->input_stride, p->groups, n, to)
        SWITCH_REST(DOT_ROWS, end - row, THE_REST)
#undef THE_REST
        const row_range range = {packed, stride, first, end};
        multiply_int8_range(p, &range, first_tile, end_tile);
    }
}

#else

#ifdef AMX
#include "amx.h"
#endif

static void multiply_int8(const tacit_product_int8 *p, size_t first_tile, size_t end_tile) {
#ifdef AMX
    if (p->rows >= AMX_ROWS && p->groups >= AMX_GROUPS) return multiply_int8_amx(p, first_tile, end_tile);
#endif
    const row_range range = {p->input, p->input_stride, 0, p->rows};
    multiply_int8_range(p, &range, first_tile, end_tile);
}

#endif
