// NEON as every 64-bit ARM core has it, without dotprod (Cortex-A53, A72).

#if defined(__aarch64__)

#include <arm_neon.h>

#include "CTacitKernels.h"
#include "vector.h"

#pragma STDC FP_CONTRACT OFF

#define TABLE tacit_kernels_neon
#define TABLE_NAME "neon"
#define DOT_ROWS 4
#define DOT_OFFSET 0u
#define PACK_ROWS

// Rows side by side, `[groups / 2][rows][8]`, with their offset taken back, and each eight columns in the order 0, 2, 1, 3,
// 4, 6, 5, 7: in pairs that `dot` wants beside each other.
INLINE void pack_rows(const uint8_t *input, size_t stride, size_t groups, const int rows, uint8_t *packed) {
    const uint8x8_t order = {0, 2, 1, 3, 4, 6, 5, 7};
    for (size_t g = 0; g < groups; g += 2)
        UNROLL for (int r = 0; r < rows; r++, packed += 8) {
            uint8x8_t x = veor_u8(vld1_u8(input + (size_t)r * stride + g * 4), vdup_n_u8(128));
            vst1_u8(packed, vtbl1_u8(x, order));
        }
}

/// A step's weights of 16 channels: columns 0 and 2, 1 and 3, of channels 0 to 7, then of 8 to 15; columns 4 and 6, 5 and 7
/// in the same way.
typedef struct {
    int8x16_t a0, a1, b0, b1, a2, a3, b2, b3;
} step_weights;

/// The panel's bytes fall into even and odd columns as they are loaded. Goes on to the next step.
INLINE const int8_t *load_step(const int8_t *panel, step_weights *w) {
    register int8x16_t a0 __asm__("v16"), a1 __asm__("v17"), b0 __asm__("v18"), b1 __asm__("v19");
    register int8x16_t a2 __asm__("v20"), a3 __asm__("v21"), b2 __asm__("v22"), b3 __asm__("v23");
    __asm__("ld2 {v16.16b, v17.16b}, [%[panel]], #32\n"
            "ld2 {v18.16b, v19.16b}, [%[panel]], #32\n"
            "ld2 {v20.16b, v21.16b}, [%[panel]], #32\n"
            "ld2 {v22.16b, v23.16b}, [%[panel]], #32"
            : [panel] "+r"(panel), "=w"(a0), "=w"(a1), "=w"(b0), "=w"(b1), "=w"(a2), "=w"(a3), "=w"(b2), "=w"(b3)
            :
            : "memory");
    *w = (step_weights){a0, a1, b0, b1, a2, a3, b2, b3};
    return panel;
}

/// Adds one row's products with a step's weights, and goes on to the next row. What the rule of fours keeps within 16 bits
/// is added there, in a channel's first lane columns 0, 1, 4 and 5, in its second 2, 3, 6 and 7; only then are neighbours
/// added in 32: five instructions for 32 multiply-adds. By hand, since the registers just suffice for four rows, and
/// compilers move loads up until they do not.
INLINE const uint8_t *add_row(const uint8_t *packed, const step_weights *w, int32x4_t *totals) {
    __asm__("ld4r {v24.8h, v25.8h, v26.8h, v27.8h}, [%[x]], #8\n"
            "smull v28.8h, %[a0].8b, v24.8b\n"
            "smull2 v29.8h, %[a0].16b, v24.16b\n"
            "smull v30.8h, %[b0].8b, v24.8b\n"
            "smull2 v31.8h, %[b0].16b, v24.16b\n"
            "smlal v28.8h, %[a1].8b, v25.8b\n"
            "smlal2 v29.8h, %[a1].16b, v25.16b\n"
            "smlal v30.8h, %[b1].8b, v25.8b\n"
            "smlal2 v31.8h, %[b1].16b, v25.16b\n"
            "smlal v28.8h, %[a2].8b, v26.8b\n"
            "smlal2 v29.8h, %[a2].16b, v26.16b\n"
            "smlal v30.8h, %[b2].8b, v26.8b\n"
            "smlal2 v31.8h, %[b2].16b, v26.16b\n"
            "smlal v28.8h, %[a3].8b, v27.8b\n"
            "smlal2 v29.8h, %[a3].16b, v27.16b\n"
            "smlal v30.8h, %[b3].8b, v27.8b\n"
            "smlal2 v31.8h, %[b3].16b, v27.16b\n"
            "sadalp %[t0].4s, v28.8h\n"
            "sadalp %[t1].4s, v29.8h\n"
            "sadalp %[t2].4s, v30.8h\n"
            "sadalp %[t3].4s, v31.8h"
            : [x] "+r"(packed), [t0] "+w"(totals[0]), [t1] "+w"(totals[1]), [t2] "+w"(totals[2]), [t3] "+w"(totals[3])
            : [a0] "w"(w->a0), [a1] "w"(w->a1), [a2] "w"(w->a2), [a3] "w"(w->a3), [b0] "w"(w->b0), [b1] "w"(w->b1),
              [b2] "w"(w->b2), [b3] "w"(w->b3)
            : "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31", "memory");
    return packed;
}

/// The same as `load_step`, in the compiler's hands.
INLINE step_weights scheduled_step(const int8_t *panel) {
    int8x16x2_t a = vld2q_s8(panel), b = vld2q_s8(panel + 32), c = vld2q_s8(panel + 64), d = vld2q_s8(panel + 96);
    return (step_weights){a.val[0], a.val[1], b.val[0], b.val[1], c.val[0], c.val[1], d.val[0], d.val[1]};
}

/// The same as `add_row`, in the compiler's hands.
INLINE const uint8_t *add_scheduled_row(const uint8_t *packed, const step_weights *w, int32x4_t *totals) {
    const int16x8x4_t pairs = vld4q_dup_s16((const int16_t *)(const void *)packed);
    const int8x16_t a[4] = {w->a0, w->a1, w->a2, w->a3}, b[4] = {w->b0, w->b1, w->b2, w->b3};
    int8x16_t x = vreinterpretq_s8_s16(pairs.val[0]);
    int16x8_t sums[4] = {
        vmull_s8(vget_low_s8(a[0]), vget_low_s8(x)), vmull_high_s8(a[0], x), vmull_s8(vget_low_s8(b[0]), vget_low_s8(x)),
        vmull_high_s8(b[0], x)};
    UNROLL for (int i = 1; i < 4; i++) {
        x = vreinterpretq_s8_s16(pairs.val[i]);
        sums[0] = vmlal_s8(sums[0], vget_low_s8(a[i]), vget_low_s8(x));
        sums[1] = vmlal_high_s8(sums[1], a[i], x);
        sums[2] = vmlal_s8(sums[2], vget_low_s8(b[i]), vget_low_s8(x));
        sums[3] = vmlal_high_s8(sums[3], b[i], x);
    }
    UNROLL for (int c = 0; c < 4; c++) totals[c] = vpadalq_s16(totals[c], sums[c]);
    return packed + 8;
}

INLINE void dot(
    const uint8_t *packed, size_t stride, const int8_t *panel, size_t groups, const int rows, const int fetches,
    spread_fetch ahead, i32x16 *sums) {
    (void)stride;
    int32x4_t totals[DOT_ROWS][4];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int c = 0; c < 4; c++) totals[r][c] = vdupq_n_s32(0);
    for (size_t g = 0; g < groups; g += 2) {
        step_weights w;
        fetch_spread(g, 2, fetches, ahead);
        if (rows <= 2) {  // registers are plenty: compilers hide what loads take behind the products
            w = scheduled_step(panel);
            panel += 128;
            UNROLL for (int r = 0; r < rows; r++) packed = add_scheduled_row(packed, &w, totals[r]);
        } else {
            panel = load_step(panel, &w);
            UNROLL for (int r = 0; r < rows; r++) packed = add_row(packed, &w, totals[r]);
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        int32_t lanes[16];
        UNROLL for (int c = 0; c < 4; c++) vst1q_s32(lanes + c * 4, totals[r][c]);
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
