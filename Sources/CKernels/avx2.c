// AVX2 and FMA (Haswell, Zen and later).

#if defined(__x86_64__)

#include <immintrin.h>

#include "CKernels.h"

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#include "vector.h"

#define TABLE tacit_kernels_avx2
#define TABLE_NAME "avx2"
#define DOT_ROWS 4
#define DOT_OFFSET 128u

// Unsigned activations times signed weights, neighbours added in 16 bits (`vpmaddubsw`), then in 32. The first step
// saturates at 32,767: the pair rule of the weights keeps it to 255 * 128 = 32,640.
INLINE void dot(
    const uint8_t *input, size_t stride, const int8_t *panel, size_t groups, const int rows, i32x16 *sums) {
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i low[4], high[4];
    UNROLL for (int r = 0; r < rows; r++) low[r] = high[r] = _mm256_setzero_si256();
    for (size_t g = 0; g < groups; g++) {
        __m256i w0 = _mm256_loadu_si256((const __m256i *)(const void *)(panel + g * 64));
        __m256i w1 = _mm256_loadu_si256((const __m256i *)(const void *)(panel + g * 64 + 32));
        UNROLL for (int r = 0; r < rows; r++) {
            int32_t four;
            __builtin_memcpy(&four, input + (size_t)r * stride + g * 4, sizeof four);
            __m256i x = _mm256_set1_epi32(four);
            low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(_mm256_maddubs_epi16(x, w0), ones));
            high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(_mm256_maddubs_epi16(x, w1), ones));
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        sums[r].lo = __builtin_bit_cast(i32x8, low[r]);
        sums[r].hi = __builtin_bit_cast(i32x8, high[r]);
    }
}

#include "table.h"

#pragma clang attribute pop

#endif
