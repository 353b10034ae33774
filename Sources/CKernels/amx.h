// Products with int8 panels by AMX, whose registers hold 16 rows of 64 bytes: a panel's 16 steps of 16 channels are one as
// they lie in the file. Included by product.h. Integer sums are exact, so that bits are those of any other instruction set.
//
// Two blocks of 16 rows by two tiles at a time: four chains of sums, since one `tdpbusd` may begin every 16 cycles and takes
// 52 (Intel's optimization manual, chapter on AMX). Columns that fill no register are summed as the last whole register's
// worth of columns, in which the weights of those summed before are zeros: nothing is read behind a row's end, and one
// configuration does for all. Rows likewise: the last block begins where it still has its rows, and what was there before
// is not written again.

#define AMX_ROWS ((size_t)16)
#define AMX_GROUPS ((size_t)16)

/// What `ldtilecfg` reads (Intel's manual, volume 1, section 18.3).
typedef struct {
    uint8_t palette, first_row, zeros[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} amx_configuration;

// Registers: 0 to 3 sums, [block][tile]; 4 and 5 the rows of the two blocks; 6 and 7 the weights of the two tiles.

INLINE void configure_amx(void) {
    _Alignas(64) amx_configuration configuration = {.palette = 1};
    for (size_t i = 0; i < 8; i++) {
        configuration.row_bytes[i] = 64;
        configuration.rows[i] = AMX_ROWS;
    }
    _tile_loadconfig(&configuration);
}

/// A step of all sums; `rows` are where the blocks begin in it, `weights` where the tiles do.
INLINE void amx_step(
    const uint8_t *const *rows, size_t stride, const int8_t *const *weights, const int blocks, const int tiles) {
    _tile_loadd(6, weights[0], 64);
    _tile_loadd(4, rows[0], stride);
    _tile_dpbusd(0, 4, 6);
    if (blocks == 2) {
        _tile_loadd(5, rows[1], stride);
        _tile_dpbusd(2, 5, 6);
    }
    if (tiles == 1) return;
    _tile_loadd(7, weights[1], 64);
    _tile_dpbusd(1, 4, 7);
    if (blocks == 2) _tile_dpbusd(3, 5, 7);
}

/// `sums`, `[blocks][tiles][16][16]`, of the rows that begin at `inputs` by the tiles at `panel`. `last` has the weights of
/// the last 16 groups, `[tiles][16][64]`, if the groups are no multiple of 16.
INLINE void amx_sums(
    const uint8_t *const *inputs, size_t stride, const int8_t *panel, size_t groups, const int8_t *last,
    const int blocks, const int tiles, int32_t *sums) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    size_t g = 0;
    for (; g + AMX_GROUPS <= groups; g += AMX_GROUPS) {
        const uint8_t *rows[2] = {inputs[0] + g * 4, inputs[blocks - 1] + g * 4};
        const int8_t *weights[2] = {panel + g * 64, panel + ((size_t)(tiles - 1) * groups + g) * 64};
        amx_step(rows, stride, weights, blocks, tiles);
    }
    if (g < groups) {
        size_t at = (groups - AMX_GROUPS) * 4;
        const uint8_t *rows[2] = {inputs[0] + at, inputs[blocks - 1] + at};
        const int8_t *weights[2] = {last, last + (size_t)(tiles - 1) * AMX_GROUPS * 64};
        amx_step(rows, stride, weights, blocks, tiles);
    }
    _tile_stored(0, sums, 64);
    if (tiles == 2) _tile_stored(1, sums + 256, 64);
    if (blocks == 1) return;
    _tile_stored(2, sums + (size_t)tiles * 256, 64);
    if (tiles == 2) _tile_stored(3, sums + 768, 64);
}

/// The tiles' last 16 groups, with zeros for those that are in a whole register before.
INLINE void amx_last_weights(const int8_t *panel, size_t groups, const int tiles, int8_t *last) {
    size_t rest = groups % AMX_GROUPS;
    if (rest == 0) return;
    __builtin_memset(last, 0, (size_t)tiles * AMX_GROUPS * 64);
    for (size_t t = 0; t < (size_t)tiles; t++)
        __builtin_memcpy(
            last + ((t + 1) * AMX_GROUPS - rest) * 64, panel + ((t + 1) * groups - rest) * 64, rest * 64);
}

INLINE void multiply_int8_amx_tiles(const tacit_product_int8 *p, size_t tile, const int tiles) {
    _Alignas(64) int32_t sums[4 * 256];
    _Alignas(64) int8_t last[2 * AMX_GROUPS * 64];
    const int8_t *panel = p->panels + tile * p->groups * 64;
    amx_last_weights(panel, p->groups, tiles, last);
    size_t lines = (size_t)tiles * p->groups, together = 2 * AMX_ROWS;
    shared_fetch ahead = lines_behind((uintptr_t)panel + lines * 64, lines, p->rows, together);
    for (size_t done = 0; done < p->rows; done += together) {
        // A block begins where it has all its rows.
        size_t first[2] = {done, done + AMX_ROWS};
        for (int b = 0; b < 2; b++)
            if (first[b] > p->rows - AMX_ROWS) first[b] = p->rows - AMX_ROWS;
        const uint8_t *inputs[2] = {p->input + first[0] * p->input_stride, p->input + first[1] * p->input_stride};
        const int blocks = p->rows > done + AMX_ROWS ? 2 : 1;
        if (blocks == 2)
            amx_sums(inputs, p->input_stride, panel, p->groups, last, 2, tiles, sums);
        else
            amx_sums(inputs, p->input_stride, panel, p->groups, last, 1, tiles, sums);
        for (int b = 0; b < blocks; b++) {
            size_t row = done + (size_t)b * AMX_ROWS, end = row + AMX_ROWS < p->rows ? row + AMX_ROWS : p->rows;
            for (int t = 0; t < tiles; t++) {
                channel_scales scales = channel_scales_of(p, tile + (size_t)t);
                const int32_t *block = sums + (size_t)(b * tiles + t) * 256;
                for (size_t r = row; r < end; r++)
                    finish_int8(p, &scales, load_integers(block + (r - first[b]) * LANES), r, tile + (size_t)t);
            }
        }
        fetch_share(&ahead);
    }
}

/// Of at least `AMX_ROWS` rows and `AMX_GROUPS` groups: fewer would cost as much.
static void multiply_int8_amx(const tacit_product_int8 *p, size_t first_tile, size_t end_tile) {
    configure_amx();
    size_t tile = first_tile;
    for (; tile + 2 <= end_tile; tile += 2) multiply_int8_amx_tiles(p, tile, 2);
    if (tile < end_tile) multiply_int8_amx_tiles(p, tile, 1);
    // Or the system would save the registers whenever it turns to another thread.
    _tile_release();
}
