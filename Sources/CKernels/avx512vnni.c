// AVX-512 with VNNI (Cascade Lake, Ice Lake, Zen 4 and later): a tile's step is one register.

#if defined(__x86_64__)

#include <immintrin.h>

#include "CKernels.h"

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)

#include "vector.h"

#define TABLE tacit_kernels_avx512vnni
#define TABLE_NAME "avx512vnni"

INLINE __m512i step(const void *bytes) { return _mm512_loadu_si512(bytes); }

INLINE __m512i four_everywhere(const void *four) {
    int32_t bytes;
    __builtin_memcpy(&bytes, four, sizeof bytes);
    return _mm512_set1_epi32(bytes);
}

#define DOT_ROWS 8
#define DOT_OFFSET 128u

INLINE void dot(
    const uint8_t *input, size_t stride, const int8_t *panel, size_t groups, const int rows, i32x16 *sums) {
    __m512i totals[8];
    UNROLL for (int r = 0; r < rows; r++) totals[r] = _mm512_setzero_si512();
    for (size_t g = 0; g < groups; g++) {
        __m512i w = step(panel + g * 64);
        UNROLL for (int r = 0; r < rows; r++)
            totals[r] = _mm512_dpbusd_epi32(totals[r], four_everywhere(input + (size_t)r * stride + g * 4), w);
    }
    UNROLL for (int r = 0; r < rows; r++) sums[r] = __builtin_bit_cast(i32x16, totals[r]);
}

#define BLOCK_ROWS 8
#define BLOCK_LEVEL(nibbles) (nibbles)
#define BLOCK_SCALE(scales) (scales)

// As for AVX-VNNI.
INLINE void dot_blocks(
    const int8_t *input, size_t stride, const tacit_block_sums *input_sums, size_t sum_stride, size_t blocks,
    const uint8_t *levels, const int32_t *scales, const int rows, int32_t *sums) {
    for (size_t b = 0; b < blocks; b++, input += 32, levels += 512, scales += LANES) {
        __m512i block[8];
        UNROLL for (int r = 0; r < rows; r++) {
            tacit_block_sums start = input_sums[(size_t)r * sum_stride + b];
            block[r] = _mm512_set1_epi32(start.first + start.second);
        }
        // A loop that stays one: unrolled, its loads are moved up until the registers do not suffice.
        _Pragma("clang loop unroll(disable)") for (size_t g = 0; g < 8; g++) {
            __m512i w = step(levels + g * 64);
            UNROLL for (int r = 0; r < rows; r++)
                block[r] = _mm512_dpbusd_epi32(block[r], w, four_everywhere(input + (size_t)r * stride + g * 4));
        }
        __m512i scale = step(scales);
        UNROLL for (int r = 0; r < rows; r++) {
            int32_t *sum = sums + (size_t)r * LANES;
            _mm512_storeu_si512(sum, _mm512_add_epi32(step(sum), _mm512_mullo_epi32(block[r], scale)));
        }
    }
}

#include "table.h"

#pragma clang attribute pop

#endif
