// AVX2 with VNNI in 256-bit registers (Alder Lake, Meteor Lake, Zen 5 and later).

#if defined(__x86_64__)

#include <immintrin.h>

#include "CTacitKernels.h"

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)

#include "vector.h"
#include "x86.h"

#define TABLE tacit_kernels_avxvnni
#define TABLE_NAME "avxvnni"

// `vpdpbusd`: four unsigned times four signed bytes, added to 32 bits without a stop on the way. Six rows by two
// registers hide its latency.
#define DOT_ROWS 6
#define FETCH_EVENLY
#define DOT_OFFSET 128u

INLINE void dot(
    const uint8_t *input, size_t stride, const int8_t *panel, size_t groups, const int rows, const int fetches,
    spread_fetch ahead, i32x16 *sums) {
    __m256i low[6], high[6];
    UNROLL for (int r = 0; r < rows; r++) low[r] = high[r] = _mm256_setzero_si256();
    for (size_t g = 0; g < groups; g++) {
        __m256i w0 = levels_at(panel + g * 64), w1 = levels_at(panel + g * 64 + 32);
        fetch_spread(g, 1, fetches, ahead);
        UNROLL for (int r = 0; r < rows; r++) {
            __m256i x = four_everywhere(input + (size_t)r * stride + g * 4);
            low[r] = _mm256_dpbusd_avx_epi32(low[r], x, w0);
            high[r] = _mm256_dpbusd_avx_epi32(high[r], x, w1);
            KEEP_IN_ORDER(low[r], high[r]);
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        sums[r].lo = __builtin_bit_cast(i32x8, low[r]);
        sums[r].hi = __builtin_bit_cast(i32x8, high[r]);
    }
}

#define GROUP_ROWS 6

// Weights plus 128 as the unsigned bytes; a group's sum begins at -128 times the activations, which takes that back.
INLINE void dot_groups(
    const int8_t *input, size_t stride, const tacit_group_step *steps, size_t step_stride, size_t groups,
    const int8_t *levels, const uint8_t *scales, const int rows, float *totals) {
    const __m256i sign = _mm256_set1_epi8(-128);
    __m256 all[6][2];
    UNROLL for (int r = 0; r < rows; r++) all[r][0] = all[r][1] = _mm256_setzero_ps();
    for (size_t g = 0; g < groups; g++, input += 32, levels += 512, scales += LANES) {
        __m256i sums[6][2];
        UNROLL for (int r = 0; r < rows; r++)
            sums[r][0] = sums[r][1] = _mm256_set1_epi32(steps[(size_t)r * step_stride + g].start);
        UNROLL for (size_t i = 0; i < 8; i++) {
            __m256i w0 = _mm256_xor_si256(levels_at(levels + i * 64), sign);
            __m256i w1 = _mm256_xor_si256(levels_at(levels + i * 64 + 32), sign);
            UNROLL for (int r = 0; r < rows; r++) {
                __m256i x = four_everywhere(input + (size_t)r * stride + i * 4);
                sums[r][0] = _mm256_dpbusd_avx_epi32(sums[r][0], w0, x);
                sums[r][1] = _mm256_dpbusd_avx_epi32(sums[r][1], w1, x);
                KEEP_IN_ORDER(sums[r][0], sums[r][1]);
            }
        }
        UNROLL for (int half = 0; half < 2; half++) {
            __m128i eight = _mm_loadl_epi64((const __m128i *)(const void *)(scales + half * 8));
            __m256 scale = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(eight));
            UNROLL for (int r = 0; r < rows; r++) {
                __m256 step = _mm256_set1_ps(steps[(size_t)r * step_stride + g].step);
                all[r][half] = _mm256_fmadd_ps(
                    _mm256_mul_ps(_mm256_cvtepi32_ps(sums[r][half]), scale), step, all[r][half]);
            }
        }
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int half = 0; half < 2; half++) _mm256_storeu_ps(totals + r * 16 + half * 8, all[r][half]);
}

#define BLOCK_ROWS 6
#define BLOCK_LEVEL(nibbles) (nibbles)
#define BLOCK_SCALE(scales) (scales)

// Levels as they are in the file, 0...15, begun at -8 times the activations: a block's sum is -32,512...32,768, one less of
// which fits 16 bits. So it is begun at one less, `vpdpwssd` multiplies it by the group's scale and adds it, and the ones
// are added up beside.
INLINE void dot_blocks(
    const int8_t *input, size_t stride, const tacit_block_sums *input_sums, size_t sum_stride, size_t blocks,
    const uint8_t *levels, const int32_t *scales, const int rows, int32_t *sums) {
    __m256i ones[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    for (size_t b = 0; b < blocks; b++, input += 32, levels += 512, scales += LANES) {
        __m256i low[6], high[6];
        UNROLL for (int r = 0; r < rows; r++) {
            tacit_block_sums start = input_sums[(size_t)r * sum_stride + b];
            low[r] = high[r] = _mm256_set1_epi32(start.first + start.second - 1);
        }
        UNROLL for (size_t g = 0; g < 8; g++) {
            __m256i w0 = levels_at(levels + g * 64), w1 = levels_at(levels + g * 64 + 32);
            UNROLL for (int r = 0; r < rows; r++) {
                __m256i x = four_everywhere(input + (size_t)r * stride + g * 4);
                low[r] = _mm256_dpbusd_avx_epi32(low[r], w0, x);
                high[r] = _mm256_dpbusd_avx_epi32(high[r], w1, x);
                KEEP_IN_ORDER(low[r], high[r]);
            }
        }
        __m256i s0 = levels_at(scales), s1 = levels_at(scales + 8);
        UNROLL for (int r = 0; r < rows; r++) {
            int32_t *sum = sums + (size_t)r * LANES;
            __m256i a = _mm256_dpwssd_avx_epi32(levels_at(sum), low[r], s0);
            __m256i c = _mm256_dpwssd_avx_epi32(levels_at(sum + 8), high[r], s1);
            _mm256_storeu_si256((__m256i *)(void *)sum, a);
            _mm256_storeu_si256((__m256i *)(void *)(sum + 8), c);
        }
        ones[0] = _mm256_add_epi32(ones[0], s0);
        ones[1] = _mm256_add_epi32(ones[1], s1);
    }
    UNROLL for (int r = 0; r < rows; r++) {
        int32_t *sum = sums + (size_t)r * LANES;
        _mm256_storeu_si256((__m256i *)(void *)sum, _mm256_add_epi32(levels_at(sum), ones[0]));
        _mm256_storeu_si256((__m256i *)(void *)(sum + 8), _mm256_add_epi32(levels_at(sum + 8), ones[1]));
    }
}

#include "table.h"

#pragma clang attribute pop

#endif
