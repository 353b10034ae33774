// Runs every kernel of every table that this machine has over the same inputs, random and extreme, and prints a checksum
// of each one's output bits: `kernel table checksum`. The same program on another architecture must print the same.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

static uint64_t seed;

static uint64_t next(void) {  // SplitMix64
    uint64_t z = seed += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static float uniform(void) { return (float)(int64_t)(next() >> 40) * 0x1p-23f - 1.0f; }

enum { RANDOM, WIDE, TINY, HUGE_VALUES, ZERO, SPECIAL, KINDS };

static float number(int kind) {
    switch (kind) {
    case RANDOM: return uniform();
    case WIDE: return ldexpf(uniform(), (int)(next() % 40) - 20);
    case TINY: return ldexpf(uniform(), -130);
    case HUGE_VALUES: return ldexpf(uniform(), 120);
    case ZERO: return 0.0f;
    default: {
        const float special[] = {0.0f, -0.0f, 1.0f, INFINITY, -INFINITY, NAN, 3e38f, -3e38f, 1e-45f, 88.3f, -87.3f};
        return special[next() % (sizeof special / sizeof *special)];
    }
    }
}

static float *floats(size_t count, int kind) {
    float *p = aligned_alloc(64, (count * sizeof *p + 63) & ~(size_t)63);
    for (size_t i = 0; i < count; i++) p[i] = number(kind);
    return p;
}

// FNV-1a over bytes; every NaN counts as the same, since its sign and payload are the processor's choice.
static uint64_t hash;

static void add_bytes(const void *data, size_t count) {
    const unsigned char *p = data;
    for (size_t i = 0; i < count; i++) hash = (hash ^ p[i]) * 0x100000001b3u;
}

static void add_floats(const float *p, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = 0x7fc00000u;
        if (p[i] == p[i]) memcpy(&bits, p + i, sizeof bits);
        add_bytes(&bits, sizeof bits);
    }
}

static void begin(uint64_t s) {
    seed = s;
    hash = 0xcbf29ce484222325u;
}

static void report(const char *kernel, const tacit_kernels *k) {
    printf("%s %s %016llx\n", kernel, k->name, (unsigned long long)hash);
}

static const size_t lengths[] = {1, 2, 7, 15, 16, 17, 31, 32, 48, 63, 100, 289};
#define EACH_LENGTH(n) for (size_t l = 0, n = lengths[0]; l < sizeof lengths / sizeof *lengths; n = lengths[++l % 12])
#define EACH_KIND(kind) for (int kind = 0; kind < KINDS; kind++)

static void multiply_float32(const tacit_kernels *k) {
    begin(1);
    EACH_LENGTH(columns) EACH_KIND(kind) for (size_t rows = 1; rows <= 9; rows++) {
        float *panels = floats(3 * columns * 16, kind), *bias = floats(48, kind);
        float *input = floats(rows * (columns + 3), kind), *output = floats(rows * 64, kind);
        tacit_product_float32 p = {
            input, columns + 3, rows, columns, panels, rows % 2 ? bias : NULL, rows % 3 ? output : NULL, output, 64};
        k->multiply_float32(&p, 0, 2);
        k->multiply_float32(&p, 2, 3);
        add_floats(output, rows * 64);
        free(panels), free(bias), free(input), free(output);
    }
    report("multiply_float32", k);
}

// Weights under the rule of fours; `extreme` ones on its very edge.
static int8_t *weights(size_t count, int extreme) {
    static const unsigned char place[] = {0, 1, 64, 65};  // of a four, in two steps of 16 channels
    int8_t *p = aligned_alloc(64, (count + 63) & ~(size_t)63);
    for (size_t i = 0; i < count; i += i % 64 == 62 ? 66 : 2) {
        int room[] = {128, 128};  // of either sign
        size_t first = next() % 4;
        for (size_t k = 0; k < 4; k++) {
            int negative = (int)(next() % 2), most = room[negative] > 127 ? 127 : room[negative];
            int level = extreme && k ? most : (int)(next() % (unsigned)(most + 1));
            room[negative] -= level;
            p[i + place[(first + k) % 4]] = (int8_t)(negative ? -level : level);
        }
    }
    return p;
}

static void multiply_int8(const tacit_kernels *k) {
    begin(2);
    for (size_t groups = 2; groups < 70; groups += groups < 10 ? 2 : 14) for (size_t rows = 1; rows <= 9; rows++)
        for (int extreme = 0; extreme < 3; extreme++) {
            int8_t *panels = weights(3 * groups * 64, extreme);
            int32_t sums[48] = {0};
            for (size_t i = 0; i < 3 * groups * 64; i++) sums[i / (groups * 64) * 16 + i % 64 / 4] += panels[i];
            size_t stride = groups * 4 + 8;
            uint8_t *input = malloc(rows * stride);
            for (size_t i = 0; i < rows * stride; i++)
                input[i] = extreme == 2 ? (next() % 2 ? 255 : 0) : (uint8_t)next();
            float *scales = floats(48, RANDOM), *bias = floats(48, RANDOM), *steps = floats(2 * rows, WIDE);
            float *output = floats(rows * 48, RANDOM);
            tacit_product_int8 p = {
                input, stride, (const tacit_row_scale *)(const void *)steps, rows, groups, panels, scales, sums, rows % 2 ? bias : NULL,
                rows % 3 ? output : NULL, output, 48};
            k->multiply_int8(&p, 0, 1);
            k->multiply_int8(&p, 1, 3);
            add_floats(output, rows * 48);
            free(panels), free(input), free(scales), free(bias), free(steps), free(output);
        }
    report("multiply_int8", k);
}

static void quantize(const tacit_kernels *k) {
    begin(3);
    EACH_LENGTH(count) EACH_KIND(kind) for (int again = 0; again < 20; again++) {
        float *input = floats(count, kind);
        if (again == 1) for (size_t i = 0; i < count; i++) input[i] = (float)(int)(next() % 255) - 127.0f + 0.5f;
        uint8_t bytes[304] = {0};
        tacit_row_scale scale = k->quantize(input, count, bytes);
        add_bytes(bytes, sizeof bytes);
        add_floats(&scale.step, 1);
        add_floats(&scale.offset, 1);
        uint8_t rest[304] = {0};
        scale = k->quantize_rest(input, count, bytes, scale, rest);
        add_bytes(rest, sizeof rest);
        add_floats(&scale.step, 1);
        free(input);
    }
    report("quantize", k);
}

static void norms(const tacit_kernels *k) {
    begin(4);
    EACH_LENGTH(count) EACH_KIND(kind) for (int again = 0; again < 8; again++) {
        float *input = floats(count, kind), *weight = floats(count, RANDOM), *bias = floats(count, RANDOM);
        float *output = floats(count, ZERO);
        k->layer_norm(input, weight, bias, 1e-5f, count, output);
        add_floats(output, count);
        k->rms_norm(input, weight, 1e-6f, count, output);
        add_floats(output, count);
        free(input), free(weight), free(bias), free(output);
    }
    report("norms", k);
}

static void functions(const tacit_kernels *k) {
    begin(5);
    EACH_LENGTH(count) EACH_KIND(kind) for (int again = 0; again < 20; again++) {
        float *input = floats(count, kind), *factor = floats(count, kind), *output = floats(count, ZERO);
        for (size_t i = 0; i < count; i++) input[i] *= again % 4 ? 10.0f : 1.0f;
        k->gelu(input, NULL, count, output), add_floats(output, count);
        k->gelu(input, factor, count, output), add_floats(output, count);
        k->silu(input, NULL, count, output), add_floats(output, count);
        k->silu(input, factor, count, output), add_floats(output, count);
        k->sigmoid(input, count, output), add_floats(output, count);
        k->exponential(input, count, output), add_floats(output, count);
        k->softmax(input, count, output), add_floats(output, count);
        k->add(factor, count, output), add_floats(output, count);
        free(input), free(factor), free(output);
    }
    report("functions", k);
}

static void rotate(const tacit_kernels *k) {
    begin(6);
    for (size_t half = 1; half < 50; half++) {
        size_t width = 2 * half + half % 3;
        float *heads = floats(3 * width, RANDOM), *cosines = floats(half, ZERO), *sines = floats(half, ZERO);
        float *frequencies = floats(half, RANDOM);
        tacit_rotary_angles(next() >> (24 + half % 40), frequencies, half, cosines, sines);
        add_floats(cosines, half), add_floats(sines, half);
        k->rotate(heads, 3, width, half, cosines, sines);
        add_floats(heads, 3 * width);
        free(heads), free(cosines), free(sines), free(frequencies);
    }
    report("rotate", k);
}

static void attend(const tacit_kernels *k) {
    begin(7);
    const size_t widths[] = {1, 8, 10, 16, 24, 48, 64, 80, 128};
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) EACH_KIND(kind) for (size_t slots = 32; slots <= 128; slots += 32) {
        size_t width = widths[w], tiles = (width + 15) / 16;
        float *keys = floats(slots * width, ZERO), *values = floats(slots * tiles * 16, ZERO);
        for (size_t slot = 0; slot < slots; slot++) {
            float *key = floats(width, kind), *value = floats(width, kind);
            k->store(key, value, width, slot, slots, keys, values);
            free(key), free(value);
        }
        add_floats(keys, slots * width), add_floats(values, slots * tiles * 16);
        for (int again = 0; again < 12; again++) {
            tacit_attention a = {.rows = 1 + next() % 4, .keys = keys, .values = values, .slots = slots};
            a.first = next() % slots;
            size_t used = 0;
            for (size_t r = 0; r < 4; r++) {  // offsets and ends that never fall
                a.offset[r] = r ? a.offset[r - 1] + next() % 3 : 0;
                size_t least = used > a.offset[r] ? used : a.offset[r] + 1;
                used = least + (r ? next() % 3 : next() % (slots - 16));
                a.count[r] = used - a.offset[r];
            }
            float *query = floats(4 * (width + 1), kind), *scores = floats(4 * (slots + 64), SPECIAL);
            float *output = floats(4 * width, ZERO);
            a.query = query, a.query_stride = width + 1, a.head_width = width, a.scale = 0.37f;
            a.scores = scores, a.score_stride = slots + 64, a.output = output, a.output_stride = width;
            k->attend(&a);
            add_floats(output, 4 * width);
            free(query), free(scores), free(output);
        }
        free(keys), free(values);
    }
    report("attend", k);
}

int main(void) {
    const tacit_kernels *k;
    for (size_t i = 0; (k = tacit_kernels_at(i)); i++) {
        multiply_float32(k);
        multiply_int8(k);
        quantize(k);
        norms(k);
        functions(k);
        rotate(k);
        attend(k);
    }
    return 0;
}
