// The reference: plain C for any processor.

#define FMA_IS_CALLS
#define HALVES_ARE_CALLS
#include "CTacitKernels.h"
#include "vector.h"

#pragma STDC FP_CONTRACT OFF

#define TABLE tacit_kernels_portable
#define TABLE_NAME "portable"
#define DOT_ROWS 4
#define DOT_OFFSET 128u

INLINE void dot(
    const uint8_t *input, size_t stride, const int8_t *panel, size_t groups, const int rows, const int fetches,
    spread_fetch ahead, i32x16 *sums) {
    (void)fetches, (void)ahead;
    for (int r = 0; r < rows; r++) {
        const uint8_t *x = input + (size_t)r * stride;
        int32_t lanes[16] = {0};
        for (size_t g = 0; g < groups; g++)
            for (size_t n = 0; n < LANES; n++)
                for (size_t i = 0; i < 4; i++) lanes[n] += (int32_t)x[g * 4 + i] * panel[(g * LANES + n) * 4 + i];
        sums[r] = load_integers(lanes);
    }
}

#define GROUP_ROWS 4

INLINE void dot_groups(
    const int8_t *input, size_t stride, const tacit_group_step *steps, size_t step_stride, size_t groups,
    const int8_t *levels, const uint8_t *scales, const int rows, float *totals) {
    for (int r = 0; r < rows; r++) {
        f32x16 total = splat(0.0f);
        for (size_t g = 0; g < groups; g++) {
            const int8_t *x = input + (size_t)r * stride + g * 32;
            int32_t lanes[16] = {0};
            for (size_t k = 0; k < 32; k++)
                for (size_t n = 0; n < LANES; n++) lanes[n] += x[k] * levels[(g * 8 + k / 4) * 64 + n * 4 + k % 4];
            f32x16 sums = __builtin_convertvector(load_integers(lanes), f32x16);
            f32x16 scale = __builtin_convertvector(load_bytes(scales + g * LANES), f32x16);
            total = fma16(sums * scale, splat(steps[(size_t)r * step_stride + g].step), total);
        }
        store(totals + (size_t)r * LANES, total);
    }
}

#define BLOCK_ROWS 4
#define BLOCK_LEVEL(nibbles) (nibbles)
#define BLOCK_SCALE(scales) (scales)

INLINE void dot_blocks(
    const int8_t *input, size_t stride, const tacit_block_sums *input_sums, size_t sum_stride, size_t blocks,
    const uint8_t *levels, const int32_t *scales, const int rows, int32_t *sums) {
    for (int r = 0; r < rows; r++)
        for (size_t b = 0; b < blocks; b++) {
            const int8_t *x = input + (size_t)r * stride + b * 32;
            tacit_block_sums start = input_sums[(size_t)r * sum_stride + b];
            for (size_t n = 0; n < LANES; n++) {
                int32_t sum = start.first + start.second;
                for (size_t k = 0; k < 32; k++) sum += x[k] * levels[(b * 8 + k / 4) * 64 + n * 4 + k % 4];
                sums[(size_t)r * LANES + n] += sum * scales[b * LANES + n];
            }
        }
}

#include "table.h"
