// AVX2 with VNNI in 256-bit registers (Alder Lake, Meteor Lake, Zen 5 and later).

#if defined(__x86_64__)

#include <immintrin.h>

#include "CTacitKernels.h"

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)

#include "vector.h"
#include "x86.h"

#define TABLE tacit_kernels_avxvnni
#define TABLE_NAME "avxvnni"

// `vpdpbusd`: four unsigned times four signed bytes, added to 32 bits without a stop on the way. Six rows by two
// registers hide its latency.
#define DOT_ROWS 6
#define DOT_OFFSET 128u

INLINE void dot(
    const uint8_t *input, size_t stride, const int8_t *panel, size_t groups, const int rows, i32x16 *sums) {
    __m256i low[6], high[6];
    UNROLL for (int r = 0; r < rows; r++) low[r] = high[r] = _mm256_setzero_si256();
    for (size_t g = 0; g < groups; g++) {
        __m256i w0 = levels_at(panel + g * 64), w1 = levels_at(panel + g * 64 + 32);
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
