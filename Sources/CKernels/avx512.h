// What the kernels with VNNI in 512-bit registers share: a tile's step is one register. Included after their target attributes.

INLINE __m512i step(const void *bytes) { return _mm512_loadu_si512(bytes); }

INLINE __m512i four_everywhere(const void *four) {
    int32_t bytes;
    __builtin_memcpy(&bytes, four, sizeof bytes);
    return _mm512_set1_epi32(bytes);
}

#define FLOAT_ROWS 8
#define ATTENTION_TILES 2
#define DOT_ROWS 8
#define FETCH_EVENLY
#define DOT_OFFSET 128u
#define DOT_PAIR

// Two tiles by eight rows need ten loads for sixteen products, which two load ports keep up with. A few rows alone would
// wait for one another's sums: then the columns are shared out to several, in turns.
INLINE void dot_tiles(
    const uint8_t *input, size_t stride, const int8_t *panel, size_t groups, const int rows, const int tiles,
    const int fetches, spread_fetch ahead, i32x16 *sums) {
    const int parts = rows * tiles >= 8 ? 1 : rows * tiles >= 4 ? 2 : 4;
    __m512i totals[4][16];
    UNROLL for (int p = 0; p < parts; p++)
        UNROLL for (int i = 0; i < tiles * rows; i++) totals[p][i] = _mm512_setzero_si512();
    size_t g = 0;
    for (; g + (size_t)parts <= groups; g += (size_t)parts)
        UNROLL for (int p = 0; p < parts; p++) {
            __m512i w[2];
            UNROLL for (int t = 0; t < tiles; t++) w[t] = step(panel + ((size_t)t * groups + g + (size_t)p) * 64);
            fetch_spread((g + (size_t)p) * (size_t)tiles, tiles, fetches, ahead);
            UNROLL for (int r = 0; r < rows; r++) {
                __m512i x = four_everywhere(input + (size_t)r * stride + (g + (size_t)p) * 4);
                UNROLL for (int t = 0; t < tiles; t++)
                    totals[p][t * rows + r] = _mm512_dpbusd_epi32(totals[p][t * rows + r], x, w[t]);
            }
        }
    for (; g < groups; g++) {
        fetch_spread(g * (size_t)tiles, tiles, fetches, ahead);
        UNROLL for (int t = 0; t < tiles; t++) {
            __m512i w = step(panel + ((size_t)t * groups + g) * 64);
            UNROLL for (int r = 0; r < rows; r++)
                totals[0][t * rows + r] = _mm512_dpbusd_epi32(
                    totals[0][t * rows + r], four_everywhere(input + (size_t)r * stride + g * 4), w);
        }
    }
    UNROLL for (int i = 0; i < tiles * rows; i++) {
        UNROLL for (int p = 1; p < parts; p++) totals[0][i] = _mm512_add_epi32(totals[0][i], totals[p][i]);
        sums[i] = __builtin_bit_cast(i32x16, totals[0][i]);
    }
}

INLINE void dot(
    const uint8_t *input, size_t stride, const int8_t *panel, size_t groups, const int rows, const int fetches,
    spread_fetch ahead, i32x16 *sums) {
    dot_tiles(input, stride, panel, groups, rows, 1, fetches, ahead, sums);
}

INLINE void dot_pair(
    const uint8_t *input, size_t stride, const int8_t *panel, size_t groups, const int rows, const int fetches,
    spread_fetch ahead, i32x16 *sums) {
    dot_tiles(input, stride, panel, groups, rows, 2, fetches, ahead, sums);
}

#define GROUP_ROWS 8

// As for AVX-VNNI, but that registers suffice for the totals.
INLINE void dot_groups(
    const int8_t *input, size_t stride, const tacit_group_step *steps, size_t step_stride, size_t groups,
    const int8_t *levels, const uint8_t *scales, const int rows, float *totals) {
    const __m512i sign = _mm512_set1_epi8(-128);
    __m512 all[8];
    UNROLL for (int r = 0; r < rows; r++) all[r] = _mm512_setzero_ps();
    for (size_t g = 0; g < groups; g++, input += 32, levels += 512, scales += LANES) {
        __m512i sums[8];
        UNROLL for (int r = 0; r < rows; r++) sums[r] = _mm512_set1_epi32(steps[(size_t)r * step_stride + g].start);
        // A loop that stays one: unrolled, its loads are moved up until the registers do not suffice.
        _Pragma("clang loop unroll(disable)") for (size_t i = 0; i < 8; i++) {
            __m512i w = _mm512_xor_si512(step(levels + i * 64), sign);
            UNROLL for (int r = 0; r < rows; r++)
                sums[r] = _mm512_dpbusd_epi32(sums[r], w, four_everywhere(input + (size_t)r * stride + i * 4));
        }
        __m512 scale = _mm512_cvtepi32_ps(
            _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)scales)));
        UNROLL for (int r = 0; r < rows; r++)
            all[r] = _mm512_fmadd_ps(
                _mm512_mul_ps(_mm512_cvtepi32_ps(sums[r]), scale),
                _mm512_set1_ps(steps[(size_t)r * step_stride + g].step), all[r]);
    }
    UNROLL for (int r = 0; r < rows; r++) _mm512_storeu_ps(totals + r * 16, all[r]);
}

#define BLOCK_ROWS 8
#define BLOCK_LEVEL(nibbles) (nibbles)
#define BLOCK_SCALE(scales) (scales)

// As for AVX-VNNI, but that registers suffice for the sums.
INLINE void dot_blocks(
    const int8_t *input, size_t stride, const tacit_block_sums *input_sums, size_t sum_stride, size_t blocks,
    const uint8_t *levels, const int32_t *scales, const int rows, int32_t *sums) {
    __m512i totals[8], ones = _mm512_setzero_si512();
    UNROLL for (int r = 0; r < rows; r++) totals[r] = step(sums + (size_t)r * LANES);
    for (size_t b = 0; b < blocks; b++, input += 32, levels += 512, scales += LANES) {
        __m512i block[8];
        UNROLL for (int r = 0; r < rows; r++) {
            tacit_block_sums start = input_sums[(size_t)r * sum_stride + b];
            block[r] = _mm512_set1_epi32(start.first + start.second - 1);
        }
        // A loop that stays one: unrolled, its loads are moved up until the registers do not suffice.
        _Pragma("clang loop unroll(disable)") for (size_t g = 0; g < 8; g++) {
            __m512i w = step(levels + g * 64);
            UNROLL for (int r = 0; r < rows; r++)
                block[r] = _mm512_dpbusd_epi32(block[r], w, four_everywhere(input + (size_t)r * stride + g * 4));
        }
        __m512i scale = step(scales);
        UNROLL for (int r = 0; r < rows; r++) totals[r] = _mm512_dpwssd_epi32(totals[r], block[r], scale);
        ones = _mm512_add_epi32(ones, scale);
    }
    UNROLL for (int r = 0; r < rows; r++)
        _mm512_storeu_si512(sums + (size_t)r * LANES, _mm512_add_epi32(totals[r], ones));
}

#define DIRECT

// One row: a register's low nibbles are one step, its high nibbles the next.
INLINE i32x16 dot_direct(const tacit_product_int4 *p, const uint8_t *panel, const uint8_t *scales) {
    const __m512i nibble = _mm512_set1_epi8(15);
    const int8_t *input = p->input;
    __m512i sums = _mm512_setzero_si512();
    for (size_t b = 0; b < p->blocks; b++, input += 32, panel += 256) {
        tacit_block_sums start = p->input_sums[b];
        __m512i even = _mm512_set1_epi32(start.first + start.second), odd = _mm512_setzero_si512();
        UNROLL for (size_t i = 0; i < 4; i++) {
            __m512i levels = step(panel + i * 64);
            __m512i low = _mm512_and_si512(levels, nibble);
            __m512i high = _mm512_and_si512(_mm512_srli_epi16(levels, 4), nibble);
            even = _mm512_dpbusd_epi32(even, low, four_everywhere(input + i * 8));
            odd = _mm512_dpbusd_epi32(odd, high, four_everywhere(input + i * 8 + 4));
        }
        __m512i scale = _mm512_cvtepu8_epi32(
            _mm_loadu_si128((const __m128i *)(const void *)(scales + b / p->group_blocks * LANES)));
        sums = _mm512_add_epi32(sums, _mm512_mullo_epi32(_mm512_add_epi32(even, odd), scale));
    }
    return __builtin_bit_cast(i32x16, sums);
}
