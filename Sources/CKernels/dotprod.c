// NEON with dot products (Cortex-A55, A75, A76 and later: the Raspberry Pi 5).

#if defined(__aarch64__)

#include <arm_neon.h>

#include "CTacitKernels.h"

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#include "vector.h"

#define TABLE tacit_kernels_dotprod
#define TABLE_NAME "dotprod"

// `sdot` by a lane: four columns of one row times four columns of four channels. Six rows by four registers are as many as
// leave room for a step's weights and activations.
#define DOT_ROWS 6
#define DOT_OFFSET 0u
#define PACK_ROWS

// Rows side by side, `[groups / 2][rows][8]`, with their offset taken back: one load brings two rows.
INLINE void pack_rows(const uint8_t *input, size_t stride, size_t groups, const int rows, uint8_t *packed) {
    for (size_t g = 0; g < groups; g += 2)
        UNROLL for (int r = 0; r < rows; r++, packed += 8)
            vst1_u8(packed, veor_u8(vld1_u8(input + (size_t)r * stride + g * 4), vdup_n_u8(128)));
}

/// Adds a step of eight columns.
INLINE void dot_step(const int8_t *input, const int8_t *panel, const int rows, int32x4_t totals[DOT_ROWS][4]) {
    int8x16_t pairs[DOT_ROWS / 2];
    UNROLL for (int r = 0; r + 2 <= rows; r += 2) pairs[r / 2] = vld1q_s8(input + r * 8);
    int8x8_t last = vld1_s8(input + (rows - 1) * 8);
    UNROLL for (int c = 0; c < 4; c++) {
        int8x16_t w0 = vld1q_s8(panel + c * 16), w1 = vld1q_s8(panel + 64 + c * 16);
        UNROLL for (int r = 0; r + 2 <= rows; r += 2) {
            totals[r][c] = vdotq_laneq_s32(totals[r][c], w0, pairs[r / 2], 0);
            totals[r + 1][c] = vdotq_laneq_s32(totals[r + 1][c], w0, pairs[r / 2], 2);
            totals[r][c] = vdotq_laneq_s32(totals[r][c], w1, pairs[r / 2], 1);
            totals[r + 1][c] = vdotq_laneq_s32(totals[r + 1][c], w1, pairs[r / 2], 3);
        }
        if (rows % 2) {
            totals[rows - 1][c] = vdotq_lane_s32(totals[rows - 1][c], w0, last, 0);
            totals[rows - 1][c] = vdotq_lane_s32(totals[rows - 1][c], w1, last, 1);
        }
    }
}

INLINE void dot(
    const uint8_t *packed, size_t stride, const int8_t *panel, size_t groups, const int rows, const int fetches,
    spread_fetch ahead, i32x16 *sums) {
    (void)stride;
    int32x4_t totals[DOT_ROWS][4];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int c = 0; c < 4; c++) totals[r][c] = vdupq_n_s32(0);
    const int8_t *input = (const int8_t *)packed;
    size_t g = 0;
    for (; g + 8 <= groups; g += 8, panel += 512, input += rows * 32)
        UNROLL for (int i = 0; i < 4; i++) {
            fetch_spread(g + (size_t)i * 2, 2, fetches, ahead);
            dot_step(input + i * rows * 8, panel + i * 128, rows, totals);
        }
    // Groups come in even numbers.
    _Pragma("clang loop unroll(disable)") for (; g < groups; g += 2, panel += 128, input += rows * 8) {
        fetch_spread(g, 2, fetches, ahead);
        dot_step(input, panel, rows, totals);
    }
    UNROLL for (int r = 0; r < rows; r++) {
        int32_t lanes[16];
        UNROLL for (int c = 0; c < 4; c++) vst1q_s32(lanes + c * 4, totals[r][c]);
        sums[r] = load_integers(lanes);
    }
}

#define GROUP_ROWS 4

INLINE void dot_groups(
    const int8_t *input, size_t stride, const tacit_group_step *steps, size_t step_stride, size_t groups,
    const int8_t *levels, const uint8_t *scales, const int rows, float *totals) {
    UNROLL for (int i = 0; i < rows * 4; i++) vst1q_f32(totals + i * 4, vdupq_n_f32(0.0f));
    for (size_t g = 0; g < groups; g++, input += 32, levels += 512, scales += LANES) {
        int32x4_t sums[4][4];
        UNROLL for (int r = 0; r < rows; r++)
            UNROLL for (int c = 0; c < 4; c++) sums[r][c] = vdupq_n_s32(0);
        // A loop that stays one: unrolled, its loads are moved up until the registers do not suffice.
        _Pragma("clang loop unroll(disable)") for (size_t i = 0; i < 8; i += 2) {
            int8x8_t x[4];
            UNROLL for (int r = 0; r < rows; r++) x[r] = vld1_s8(input + (size_t)r * stride + i * 4);
            UNROLL for (int c = 0; c < 4; c++) {
                int8x16_t w0 = vld1q_s8(levels + i * 64 + (size_t)c * 16);
                int8x16_t w1 = vld1q_s8(levels + i * 64 + 64 + (size_t)c * 16);
                UNROLL for (int r = 0; r < rows; r++) {
                    sums[r][c] = vdotq_lane_s32(sums[r][c], w0, x[r], 0);
                    sums[r][c] = vdotq_lane_s32(sums[r][c], w1, x[r], 1);
                }
            }
        }
        f32x16 scale = __builtin_convertvector(load_bytes(scales), f32x16);
        const f32x4 quarters[4] = {scale.lo.lo, scale.lo.hi, scale.hi.lo, scale.hi.hi};
        UNROLL for (int r = 0; r < rows; r++)
            UNROLL for (int c = 0; c < 4; c++) {
                float *total = totals + r * 16 + c * 4;
                float32x4_t sum = vcvtq_f32_s32(sums[r][c]), s = __builtin_bit_cast(float32x4_t, quarters[c]);
                vst1q_f32(total, vfmaq_n_f32(vld1q_f32(total), vmulq_f32(sum, s), steps[(size_t)r * step_stride + g].step));
            }
    }
}

#define BLOCK_ROWS 4
#define BLOCK_LEVEL(nibbles) ((nibbles) - 8)
#define BLOCK_SCALE(scales) (scales)

INLINE void dot_blocks(
    const int8_t *input, size_t stride, const tacit_block_sums *input_sums, size_t sum_stride, size_t blocks,
    const uint8_t *levels, const int32_t *scales, const int rows, int32_t *sums) {
    (void)input_sums, (void)sum_stride;
    for (size_t b = 0; b < blocks; b++, input += 32, levels += 512, scales += LANES) {
        int32x4_t block[4][4];
        UNROLL for (int r = 0; r < rows; r++)
            UNROLL for (int c = 0; c < 4; c++) block[r][c] = vdupq_n_s32(0);
        // A loop that stays one: unrolled, its loads are moved up until the registers do not suffice.
        _Pragma("clang loop unroll(disable)") for (size_t g = 0; g < 8; g += 2) {
            int8x8_t x[4];
            UNROLL for (int r = 0; r < rows; r++) x[r] = vld1_s8(input + (size_t)r * stride + g * 4);
            UNROLL for (int c = 0; c < 4; c++) {
                int8x16_t w0 = vreinterpretq_s8_u8(vld1q_u8(levels + g * 64 + (size_t)c * 16));
                int8x16_t w1 = vreinterpretq_s8_u8(vld1q_u8(levels + g * 64 + 64 + (size_t)c * 16));
                UNROLL for (int r = 0; r < rows; r++) {
                    block[r][c] = vdotq_lane_s32(block[r][c], w0, x[r], 0);
                    block[r][c] = vdotq_lane_s32(block[r][c], w1, x[r], 1);
                }
            }
        }
        UNROLL for (int r = 0; r < rows; r++)
            UNROLL for (int c = 0; c < 4; c++) {
                int32_t *sum = sums + (size_t)r * LANES + c * 4;
                vst1q_s32(sum, vmlaq_s32(vld1q_s32(sum), block[r][c], vld1q_s32(scales + c * 4)));
            }
    }
}

#include "table.h"

#pragma clang attribute pop

#endif
