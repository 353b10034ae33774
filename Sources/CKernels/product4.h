// Matrix products with int4 panels. A panel is unpacked once, a stretch of columns at a time, into memory that stays in
// the first cache, and used for all rows; the sums of 32 bits lie there too, so that registers are left for the sums of
// 16 or 32 bits within a block. Those come from `dot_blocks`, which each instruction set defines before this file, with
// `BLOCK_ROWS`, the most rows that it takes at a time, `BLOCK_LEVEL(nibbles)`, what it wants of levels plus 8, and
// `BLOCK_SCALE(scales)`, what it wants of group scales. With `DIRECT`, it also defines `dot_direct`, for one row and one
// tile's panel and group scales: there unpacking into memory would cost more than it saves.

/// Columns in a stretch, in blocks, and rows that share an unpacked one: some 24 kB with their inputs.
#define STRETCH_BLOCKS ((size_t)24)
#define STRETCH_ROWS ((size_t)128)

typedef struct {
    _Alignas(64) uint8_t levels[STRETCH_BLOCKS * 512];     // [blocks][8][16][4]
    _Alignas(64) int32_t scales[STRETCH_BLOCKS * LANES];   // [blocks][16]
    _Alignas(64) int32_t sums[STRETCH_ROWS * LANES];       // [rows][16]
} stretch;

/// A tile's levels, `[blocks][256]`.
INLINE const uint8_t *panel_of(const tacit_product_int4 *p, size_t tile) { return p->panels + tile * p->blocks * 256; }

/// A tile's group scales, `[groups][16]`.
INLINE const uint8_t *scales_of(const tacit_product_int4 *p, size_t tile) {
    return p->group_scales + tile * ((p->blocks + p->group_blocks - 1) / p->group_blocks) * LANES;
}

/// Unpacks a stretch, and fetches what is unpacked some stretches later.
INLINE void unpack(const tacit_product_int4 *p, size_t tile, size_t block, size_t blocks, stretch *s) {
    const uint8_t *panel = panel_of(p, tile) + block * 256, *group_scales = scales_of(p, tile);
    for (size_t i = 0; i < blocks * 4; i++) {
        u8x32 low, high;
        fetch_line((uintptr_t)(panel + i * 64) + FETCHED_AHEAD);
        __builtin_memcpy(&low, panel + i * 64, sizeof low);
        __builtin_memcpy(&high, panel + i * 64 + 32, sizeof high);
        u8x32 parts[4] = {low & 15, high & 15, low >> 4, high >> 4};
        UNROLL for (int part = 0; part < 4; part++) {
            parts[part] = BLOCK_LEVEL(parts[part]);
            __builtin_memcpy(s->levels + i * 128 + (size_t)part * 32, &parts[part], 32);
        }
    }
    for (size_t b = 0; b < blocks; b++) {
        const uint8_t *scales = group_scales + (block + b) / p->group_blocks * LANES;
        i32x16 wide = __builtin_convertvector(load_bytes(scales), i32x16);
        wide = BLOCK_SCALE(wide);
        __builtin_memcpy(s->scales + b * LANES, &wide, sizeof wide);
    }
}

/// Adds a stretch's products to the sums of `count` rows from `row` on.
INLINE void add_stretch(
    const tacit_product_int4 *p, size_t row, size_t count, size_t block, size_t blocks, stretch *s) {
    const int8_t *input = p->input + row * p->input_stride + block * 32;
    const tacit_block_sums *sums = p->input_sums + row * p->input_sum_stride + block;
    size_t r = 0;
#define ADD_ROWS(n)                                                                                             \
    dot_blocks(                                                                                                 \
        input + r * p->input_stride, p->input_stride, sums + r * p->input_sum_stride, p->input_sum_stride, blocks, \
        s->levels, s->scales, n, s->sums + r * LANES)
    for (; r + BLOCK_ROWS <= count; r += BLOCK_ROWS) ADD_ROWS(BLOCK_ROWS);
    SWITCH_REST(BLOCK_ROWS, count - r, ADD_ROWS)
#undef ADD_ROWS
}

INLINE void finish_int4(
    const tacit_product_int4 *p, size_t row, size_t tile, i32x16 sums, f32x16 scales, f32x16 totals) {
    tacit_row_scale x = p->input_scales[row];
    f32x16 y = __builtin_convertvector(sums, f32x16);
    y = fma16(y, splat(x.step) * scales, splat(x.offset) * totals);
    finish(y, row, tile, p->bias, p->residual, p->output, p->output_stride);
}

static void multiply_int4(const tacit_product_int4 *p, size_t first_tile, size_t end_tile) {
    stretch s;
    for (size_t tile = first_tile; tile < end_tile; tile++) {
        f32x16 scales = load(p->scales + tile * LANES);
        f32x16 totals = scales * __builtin_convertvector(load_integers(p->sums + tile * LANES), f32x16);
#ifdef DIRECT
        if (p->rows == 1) {
            finish_int4(p, 0, tile, dot_direct(p, panel_of(p, tile), scales_of(p, tile)), scales, totals);
            continue;
        }
#endif
        for (size_t row = 0; row < p->rows; row += STRETCH_ROWS) {
            size_t count = p->rows - row < STRETCH_ROWS ? p->rows - row : STRETCH_ROWS;
            __builtin_memset(s.sums, 0, count * LANES * sizeof *s.sums);
            for (size_t block = 0; block < p->blocks; block += STRETCH_BLOCKS) {
                size_t blocks = p->blocks - block < STRETCH_BLOCKS ? p->blocks - block : STRETCH_BLOCKS;
                unpack(p, tile, block, blocks, &s);
                add_stretch(p, row, count, block, blocks, &s);
            }
            for (size_t r = 0; r < count; r++)
                finish_int4(p, row + r, tile, load_integers(s.sums + r * LANES), scales, totals);
        }
    }
}
