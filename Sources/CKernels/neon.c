// NEON as every 64-bit ARM core has it, without dotprod (Cortex-A53, A72).

#if defined(__aarch64__)

#include <arm_neon.h>

#include "CTacitKernels.h"
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

#define GROUP_ROWS 2

// Two products are added in 16 bits (2 * 128 * 127 fits), then neighbours in 32, as for whole rows.
INLINE void dot_groups(
    const int8_t *input, size_t stride, const tacit_group_step *steps, size_t step_stride, size_t groups,
    const int8_t *levels, const uint8_t *scales, const int rows, float *totals) {
    UNROLL for (int i = 0; i < rows * 4; i++) vst1q_f32(totals + i * 4, vdupq_n_f32(0.0f));
    for (size_t g = 0; g < groups; g++, input += 32, levels += 512, scales += LANES) {
        int32x4_t pairs[2][8];
        UNROLL for (int r = 0; r < rows; r++)
            UNROLL for (int c = 0; c < 8; c++) pairs[r][c] = vdupq_n_s32(0);
        _Pragma("clang loop unroll(disable)") for (size_t i = 0; i < 8; i += 2) {
            int8x8_t x0[2], x1[2];
            UNROLL for (int r = 0; r < rows; r++) {
                uint32_t four[2];
                __builtin_memcpy(four, input + (size_t)r * stride + i * 4, sizeof four);
                x0[r] = vreinterpret_s8_u32(vdup_n_u32(four[0]));
                x1[r] = vreinterpret_s8_u32(vdup_n_u32(four[1]));
            }
            UNROLL for (int c = 0; c < 8; c++) {
                int8x8_t w0 = vld1_s8(levels + i * 64 + (size_t)c * 8);
                int8x8_t w1 = vld1_s8(levels + i * 64 + 64 + (size_t)c * 8);
                UNROLL for (int r = 0; r < rows; r++)
                    pairs[r][c] = vpadalq_s16(pairs[r][c], vmlal_s8(vmull_s8(x0[r], w0), x1[r], w1));
            }
        }
        f32x16 scale = __builtin_convertvector(load_bytes(scales), f32x16);
        const f32x4 quarters[4] = {scale.lo.lo, scale.lo.hi, scale.hi.lo, scale.hi.hi};
        UNROLL for (int r = 0; r < rows; r++)
            UNROLL for (int c = 0; c < 4; c++) {
                float *total = totals + r * 16 + c * 4;
                float32x4_t sum = vcvtq_f32_s32(vpaddq_s32(pairs[r][2 * c], pairs[r][2 * c + 1]));
                float32x4_t s = __builtin_bit_cast(float32x4_t, quarters[c]);
                vst1q_f32(total, vfmaq_n_f32(vld1q_f32(total), vmulq_f32(sum, s), steps[(size_t)r * step_stride + g].step));
            }
    }
}

#define BLOCK_ROWS 2
#define BLOCK_LEVEL(nibbles) ((nibbles) - 8)
#define BLOCK_SCALE(scales) (scales)

// Signed levels as they are: the eight steps of a block fit 16 bits (8 * 128 * 8 a column), then neighbours are added in
// 32, and multiplied by the group's scale.
INLINE void dot_blocks(
    const int8_t *input, size_t stride, const tacit_block_sums *input_sums, size_t sum_stride, size_t blocks,
    const uint8_t *levels, const int32_t *scales, const int rows, int32_t *sums) {
    (void)input_sums, (void)sum_stride;
    for (size_t b = 0; b < blocks; b++, input += 32, levels += 512, scales += LANES)
        UNROLL for (int half = 0; half < 2; half++) {
            // Eight channels: a register of 16-bit sums holds two channels, four columns each.
            int16x8_t block[2][4];
            UNROLL for (int g = 0; g < 8; g++)
                UNROLL for (int r = 0; r < rows; r++) {
                    uint32_t four;
                    __builtin_memcpy(&four, input + (size_t)r * stride + g * 4, sizeof four);
                    int8x8_t x = vreinterpret_s8_u32(vdup_n_u32(four));
                    UNROLL for (int c = 0; c < 4; c++) {
                        int8x8_t w = vreinterpret_s8_u8(vld1_u8(levels + g * 64 + half * 32 + c * 8));
                        block[r][c] = g ? vmlal_s8(block[r][c], x, w) : vmull_s8(x, w);
                    }
                }
            UNROLL for (int r = 0; r < rows; r++)
                UNROLL for (int c = 0; c < 2; c++) {
                    int32x4_t four = vpaddq_s32(vpaddlq_s16(block[r][2 * c]), vpaddlq_s16(block[r][2 * c + 1]));
                    int32_t *sum = sums + (size_t)r * LANES + half * 8 + c * 4;
                    vst1q_s32(sum, vmlaq_s32(vld1q_s32(sum), four, vld1q_s32(scales + half * 8 + c * 4)));
                }
        }
}

#include "table.h"

#endif
