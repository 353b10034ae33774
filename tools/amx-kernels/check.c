// Holds products by emulated AMX against those in plain C, bit by bit, in buffers without a byte to spare.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CTacitKernels.h"

extern const tacit_kernels tacit_kernels_portable, tacit_kernels_emulated;

static uint64_t seed = 1;

static uint64_t next(void) {  // SplitMix64
    uint64_t z = seed += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static float *floats(size_t count) {
    float *p = malloc(count * sizeof *p);
    for (size_t i = 0; i < count; i++) p[i] = (float)(int64_t)(next() >> 40) * 0x1p-23f - 1.0f;
    return p;
}

/// Whether both give the same bits for tiles `first` to one before `end` of four, and leave all else alone.
static int agree(size_t groups, size_t rows, size_t first, size_t end, int extreme, int adds) {
    enum { TILES = 4, CHANNELS = TILES * 16, APART = CHANNELS + 5 };
    size_t weights = TILES * groups * 64, stride = groups * 4 + next() % 70;
    size_t bytes = (rows - 1) * stride + groups * 4, outputs = (rows - 1) * APART + CHANNELS;
    int8_t *panels = aligned_alloc(64, weights);
    uint8_t *input = malloc(bytes);
    int32_t sums[CHANNELS] = {0};
    for (size_t i = 0; i < weights; i++) {
        panels[i] = (int8_t)(extreme ? (next() % 2 ? 127 : -128) : (int)next());
        sums[i / (groups * 64) * 16 + i % 64 / 4] += panels[i];
    }
    for (size_t i = 0; i < bytes; i++) input[i] = extreme ? (next() % 2 ? 255 : 0) : (uint8_t)next();
    float *scales = floats(CHANNELS), *bias = floats(CHANNELS), *steps = floats(2 * rows);
    float *one = floats(outputs), *other = malloc(outputs * sizeof *other);
    memcpy(other, one, outputs * sizeof *other);
    tacit_product_int8 p = {
        .input = input, .input_stride = stride, .input_scales = (const tacit_row_scale *)(const void *)steps,
        .rows = rows, .groups = groups, .panels = panels, .scales = scales, .sums = sums,
        .bias = rows % 2 ? bias : NULL, .residual = adds ? one : NULL, .output = one, .output_stride = APART};
    tacit_kernels_portable.multiply_int8(&p, first, end);
    p.residual = adds ? other : NULL, p.output = other;
    tacit_kernels_emulated.multiply_int8(&p, first, end);
    int same = memcmp(one, other, outputs * sizeof *one) == 0;
    free(panels), free(input), free(scales), free(bias), free(steps), free(one), free(other);
    return same;
}

int main(void) {
    size_t products = 0;
    for (size_t groups = 2; groups <= 100; groups += groups < 36 ? 2 : 14)
        for (size_t rows = 1; rows <= 70; rows += rows < 36 ? 1 : 11)
            for (size_t kind = 0; kind < 4; kind++) {
                size_t first = next() % 4, end = first + 1 + next() % (4 - first);
                products++;
                if (agree(groups, rows, first, end, kind & 1, kind >> 1)) continue;
                fprintf(stderr, "%zu groups, %zu rows, tiles %zu to %zu: different bits\n", groups, rows, first, end);
                return 1;
            }
    printf("%zu products by AMX, emulated: the same bits as in plain C\n", products);
    return 0;
}
