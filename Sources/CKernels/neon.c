// NEON as every 64-bit ARM core has it, without dotprod (Cortex-A53, A72).

#if defined(__aarch64__)

#include <arm_neon.h>

#include "CKernels.h"
#include "vector.h"

#pragma STDC FP_CONTRACT OFF

#define TABLE tacit_kernels_neon
#define TABLE_NAME "neon"
#define DOT_ROWS 2
#define DOT_OFFSET 0u

/// Four activations, twice, with their offset taken back.
INLINE int8x8_t four_twice(const uint8_t *p) {
    uint32_t four;
    __builtin_memcpy(&four, p, sizeof four);
    return vreinterpret_s8_u32(vdup_n_u32(four ^ 0x80808080u));
}

// Two products are added in 16 bits (2 * 128 * 127 fits), then neighbours in 32. A register of sums holds two lanes a
// channel until the end.
INLINE void dot(
    const uint8_t *input, size_t stride, const int8_t *panel, size_t groups, const int rows, i32x16 *sums) {
    int32x4_t pairs[2][8];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int c = 0; c < 8; c++) pairs[r][c] = vdupq_n_s32(0);
    size_t g = 0;
    for (; g + 2 <= groups; g += 2) {
        int8x8_t x0[2], x1[2];
        UNROLL for (int r = 0; r < rows; r++) {
            x0[r] = four_twice(input + (size_t)r * stride + g * 4);
            x1[r] = four_twice(input + (size_t)r * stride + g * 4 + 4);
        }
        UNROLL for (int c = 0; c < 8; c++) {
            int8x8_t w0 = vld1_s8(panel + g * 64 + c * 8), w1 = vld1_s8(panel + g * 64 + 64 + c * 8);
            UNROLL for (int r = 0; r < rows; r++)
                pairs[r][c] = vpadalq_s16(pairs[r][c], vmlal_s8(vmull_s8(x0[r], w0), x1[r], w1));
        }
    }
    if (g < groups) {
        UNROLL for (int r = 0; r < rows; r++) {
            int8x8_t x = four_twice(input + (size_t)r * stride + g * 4);
            UNROLL for (int c = 0; c < 8; c++)
                pairs[r][c] = vpadalq_s16(pairs[r][c], vmull_s8(x, vld1_s8(panel + g * 64 + c * 8)));
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        int32_t lanes[16];
        UNROLL for (int c = 0; c < 4; c++)
            vst1q_s32(lanes + c * 4, vpaddq_s32(pairs[r][2 * c], pairs[r][2 * c + 1]));
        sums[r] = load_integers(lanes);
    }
}

#include "table.h"

#endif
