// AVX2, FMA and F16C (Haswell, Zen and later).

#if defined(__x86_64__)

#include <immintrin.h>

#include "CTacitKernels.h"

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "vector.h"
#include "x86.h"

#define TABLE tacit_kernels_avx2
#define TABLE_NAME "avx2"
#define DOT_ROWS 3
#define FETCH_EVENLY
#define DOT_OFFSET 128u

// Unsigned activations times signed weights, neighbours added in 16 bits (`vpmaddubsw`, which saturates), two steps of
// four columns added in 16 bits too, then neighbours in 32: the rule of fours keeps all of it within 255 * 128 = 32,640.
// Three rows by two registers leave room for the weights of two steps.
INLINE void dot(
    const uint8_t *input, size_t stride, const int8_t *panel, size_t groups, const int rows, const int fetches,
    spread_fetch ahead, i32x16 *sums) {
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i low[3], high[3];
    UNROLL for (int r = 0; r < rows; r++) low[r] = high[r] = _mm256_setzero_si256();
    for (size_t g = 0; g < groups; g += 2, panel += 128) {
        __m256i w0 = levels_at(panel), w1 = levels_at(panel + 32), w2 = levels_at(panel + 64), w3 = levels_at(panel + 96);
        fetch_spread(g, 2, fetches, ahead);
        UNROLL for (int r = 0; r < rows; r++) {
            const uint8_t *eight = input + (size_t)r * stride + g * 4;
            __m256i x = four_everywhere(eight), y = four_everywhere(eight + 4);
            __m256i a = _mm256_add_epi16(_mm256_maddubs_epi16(x, w0), _mm256_maddubs_epi16(y, w2));
            __m256i b = _mm256_add_epi16(_mm256_maddubs_epi16(x, w1), _mm256_maddubs_epi16(y, w3));
            low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(a, ones));
            high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(b, ones));
            KEEP_IN_ORDER(low[r], high[r]);
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        sums[r].lo = __builtin_bit_cast(i32x8, low[r]);
        sums[r].hi = __builtin_bit_cast(i32x8, high[r]);
    }
}

#define GROUP_ROWS 3

// A weight's magnitude as the unsigned byte, its sign given to the activation (`vpsignb`): two products of at most
// 128 * 127 fit 16 bits whatever stands side by side. `vpmaddwd` adds neighbours and multiplies by the group's scale at
// once: eight steps of that stay under 2^27, and become a float in one rounding, as their product with it would.
INLINE void dot_groups(
    const int8_t *input, size_t stride, const tacit_group_step *steps, size_t step_stride, size_t groups,
    const int8_t *levels, const uint8_t *scales, const int rows, float *totals) {
    __m256 all[3][2];
    UNROLL for (int r = 0; r < rows; r++) all[r][0] = all[r][1] = _mm256_setzero_ps();
    for (size_t g = 0; g < groups; g++, input += 32, levels += 512, scales += LANES) {
        __m256i scale[2], low[3], high[3];
        UNROLL for (int half = 0; half < 2; half++) {
            __m256i wide = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(scales + half * 8)));
            scale[half] = _mm256_or_si256(wide, _mm256_slli_epi32(wide, 16));
        }
        UNROLL for (int r = 0; r < rows; r++) low[r] = high[r] = _mm256_setzero_si256();
        UNROLL for (size_t i = 0; i < 8; i++) {
            __m256i w0 = levels_at(levels + i * 64), w1 = levels_at(levels + i * 64 + 32);
            __m256i m0 = _mm256_abs_epi8(w0), m1 = _mm256_abs_epi8(w1);
            UNROLL for (int r = 0; r < rows; r++) {
                __m256i x = four_everywhere(input + (size_t)r * stride + i * 4);
                __m256i a = _mm256_maddubs_epi16(m0, _mm256_sign_epi8(x, w0));
                __m256i b = _mm256_maddubs_epi16(m1, _mm256_sign_epi8(x, w1));
                low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(a, scale[0]));
                high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(b, scale[1]));
                KEEP_IN_ORDER(low[r], high[r]);
            }
        }
        UNROLL for (int r = 0; r < rows; r++) {
            __m256 step = _mm256_set1_ps(steps[(size_t)r * step_stride + g].step);
            all[r][0] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(low[r]), step, all[r][0]);
            all[r][1] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(high[r]), step, all[r][1]);
        }
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int half = 0; half < 2; half++) _mm256_storeu_ps(totals + r * 16 + half * 8, all[r][half]);
}

#define BLOCK_ROWS 4
#define BLOCK_LEVEL(nibbles) (nibbles)
#define BLOCK_SCALE(scales) ((scales) | (scales) << 16)

// Unsigned levels (0...15) times signed activations, neighbours added in 16 bits; so are the eight steps of a block,
// begun at -8 times the activations: no sum on the way can leave -32,768...32,767 but those that come back, and the last
// is within 16,384. `vpmaddwd` then multiplies by the group's scale while it adds neighbours in 32 bits, so that 4 bits
// cost less than 8 (which need a `vpmaddwd` for each step).
INLINE void dot_blocks(
    const int8_t *input, size_t stride, const tacit_block_sums *input_sums, size_t sum_stride, size_t blocks,
    const uint8_t *levels, const int32_t *scales, const int rows, int32_t *sums) {
    for (size_t b = 0; b < blocks; b++, input += 32, levels += 512, scales += LANES) {
        __m256i low[4], high[4];
        UNROLL for (int r = 0; r < rows; r++)
            low[r] = high[r] = four_everywhere(input_sums + (size_t)r * sum_stride + b);
        UNROLL for (size_t g = 0; g < 8; g++) {
            __m256i w0 = levels_at(levels + g * 64), w1 = levels_at(levels + g * 64 + 32);
            UNROLL for (int r = 0; r < rows; r++) {
                __m256i x = four_everywhere(input + (size_t)r * stride + g * 4);
                low[r] = _mm256_add_epi16(low[r], _mm256_maddubs_epi16(w0, x));
                high[r] = _mm256_add_epi16(high[r], _mm256_maddubs_epi16(w1, x));
                KEEP_IN_ORDER(low[r], high[r]);
            }
        }
        __m256i s0 = _mm256_load_si256((const __m256i *)(const void *)scales);
        __m256i s1 = _mm256_load_si256((const __m256i *)(const void *)(scales + 8));
        UNROLL for (int r = 0; r < rows; r++) {
            __m256i *sum = (__m256i *)(void *)(sums + (size_t)r * LANES);
            sum[0] = _mm256_add_epi32(sum[0], _mm256_madd_epi16(low[r], s0));
            sum[1] = _mm256_add_epi32(sum[1], _mm256_madd_epi16(high[r], s1));
        }
    }
}

#define DIRECT

// One row: nibbles are taken apart in registers.
INLINE i32x16 dot_direct(const tacit_product_int4 *p, const uint8_t *panel, const uint8_t *scales) {
    const __m256i nibble = _mm256_set1_epi8(15);
    const int8_t *input = p->input;
    __m256i sums[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    for (size_t b = 0; b < p->blocks; b++, input += 32, panel += 256) {
        __m256i block[2];
        block[0] = block[1] = four_everywhere(p->input_sums + b);
        UNROLL for (int i = 0; i < 4; i++) {
            __m256i x = four_everywhere(input + i * 8), y = four_everywhere(input + i * 8 + 4);
            UNROLL for (int half = 0; half < 2; half++) {
                __m256i w = levels_at(panel + i * 64 + half * 32);
                __m256i low = _mm256_and_si256(w, nibble), high = _mm256_and_si256(_mm256_srli_epi16(w, 4), nibble);
                __m256i products = _mm256_add_epi16(_mm256_maddubs_epi16(low, x), _mm256_maddubs_epi16(high, y));
                block[half] = _mm256_add_epi16(block[half], products);
            }
        }
        const uint8_t *scale = scales + b / p->group_blocks * LANES;
        UNROLL for (int half = 0; half < 2; half++) {
            __m256i wide = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(scale + half * 8)));
            wide = _mm256_or_si256(wide, _mm256_slli_epi32(wide, 16));
            sums[half] = _mm256_add_epi32(sums[half], _mm256_madd_epi16(block[half], wide));
        }
    }
    i32x16 all;
    all.lo = __builtin_bit_cast(i32x8, sums[0]);
    all.hi = __builtin_bit_cast(i32x8, sums[1]);
    return all;
}

#include "table.h"

#pragma clang attribute pop

#endif
