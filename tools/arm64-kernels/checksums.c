// Runs every kernel of every table that this machine has over the same inputs, random and extreme, and prints a checksum
// of each one's output bits: `kernel table checksum`. The same program on another architecture must print the same.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CTacitKernels.h"

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
        float *panels = floats(6 * columns * 16, kind), *bias = floats(96, kind);
        float *input = floats(rows * (columns + 3), kind), *output = floats(rows * 112, kind);
        tacit_product_floats p = {
            input, columns + 3, rows, columns, panels, rows % 2 ? bias : NULL, rows % 3 ? output : NULL, output, 112};
        k->multiply_float32(&p, 0, 5);
        k->multiply_float32(&p, 5, 6);
        add_floats(output, rows * 112);
        free(panels), free(bias), free(input), free(output);
    }
    report("multiply_float32", k);
}

static void multiply_float16(const tacit_kernels *k) {
    begin(16);
    EACH_LENGTH(columns) for (size_t rows = 1; rows <= 9; rows++) {
        // Every pattern of bits; without infinities and what is no number in every other case, where they would hide the rest.
        uint16_t *panels = malloc(6 * columns * 16 * sizeof *panels);
        for (size_t i = 0; i < 6 * columns * 16; i++) panels[i] = (uint16_t)(next() & (rows % 2 ? 0xfbff : 0xffff));
        float *input = floats(rows * columns, RANDOM), *output = floats(rows * 96, RANDOM);
        tacit_product_floats p = {input, columns, rows, columns, panels, NULL, NULL, output, 96};
        k->multiply_float16(&p, 0, 6);
        add_floats(output, rows * 96);
        free(panels), free(input), free(output);
    }
    report("multiply_float16", k);
}

// Weights under the rule of fours, in the order of panels; `extreme` ones on its very edge.
static int8_t *weights(size_t count, int extreme) {
    int8_t *p = aligned_alloc(64, (count + 63) & ~(size_t)63);
    memset(p, 0, count);
    for (size_t steps = 0; steps + 128 <= count; steps += 128)  // two steps of 16 channels
        for (size_t four = 0; four < 32; four++) {
            int room[2] = {128, 128};  // of negative, of positive levels
            for (size_t i = 0; i < 4; i++) {
                int sign = (int)(next() % 2), most = room[sign] < 127 ? room[sign] : 127;
                int level = extreme && next() % 3 == 0 ? most : (int)(next() % (unsigned)(most + 1));
                room[sign] -= level;
                p[steps + i / 2 * 64 + four * 2 + i % 2] = (int8_t)(sign ? level : -level);
            }
        }
    return p;
}

static void multiply_int8_case(const tacit_kernels *k, size_t groups, size_t rows, int extreme) {
    int8_t *panels = weights(3 * groups * 64, extreme);
    int32_t sums[48] = {0};
    for (size_t i = 0; i < 3 * groups * 64; i++) sums[i / (groups * 64) * 16 + i % 64 / 4] += panels[i];
    size_t stride = groups * 4 + 8;
    uint8_t *input = malloc(rows * stride);
    for (size_t i = 0; i < rows * stride; i++) input[i] = extreme == 2 ? (next() % 2 ? 255 : 0) : (uint8_t)next();
    float *scales = floats(48, RANDOM), *bias = floats(48, RANDOM), *steps = floats(2 * rows, WIDE);
    float *output = floats(rows * 48, RANDOM);
    tacit_product_int8 p = {
        input, stride, (const tacit_row_scale *)(const void *)steps, rows, groups, panels, scales, sums,
        rows % 2 ? bias : NULL, rows % 3 ? output : NULL, output, 48};
    k->multiply_int8(&p, 0, 1);
    k->multiply_int8(&p, 1, 3);
    add_floats(output, rows * 48);
    free(panels), free(input), free(scales), free(bias), free(steps), free(output);
}

static void multiply_int8(const tacit_kernels *k) {
    begin(2);
    for (size_t groups = 2; groups < 70; groups += groups < 10 ? 2 : 14)
        for (size_t rows = 1; rows <= 57; rows += rows < 17 ? 1 : 20)
            for (int extreme = 0; extreme < 3; extreme++) multiply_int8_case(k, groups, rows, extreme);
    // More rows than are packed at a time, down to two of the widest that there may be.
    for (int extreme = 0; extreme < 3; extreme++) {
        multiply_int8_case(k, 2048, 37, extreme);
        multiply_int8_case(k, 4098, 17, extreme);
        multiply_int8_case(k, 16384, 5, extreme);
    }
    report("multiply_int8", k);
}

static void multiply_int4(const tacit_kernels *k) {
    begin(8);
    for (size_t blocks = 1; blocks < 60; blocks += blocks < 4 ? 1 : 23) for (size_t rows = 1; rows <= 140; rows += rows < 17 ? 1 : 41)
        for (int extreme = 0; extreme < 2; extreme++) {
            size_t shared = 1u << blocks % 3, groups = (blocks + shared - 1) / shared, stride = blocks * 32 + 32;
            uint8_t *panels = malloc(3 * blocks * 256), *group_scales = malloc(3 * groups * 16);
            for (size_t i = 0; i < 3 * blocks * 256; i++) panels[i] = extreme ? (next() % 2 ? 0 : 255) : (uint8_t)next();
            for (size_t i = 0; i < 3 * groups * 16; i++) group_scales[i] = extreme ? 127 : next() % 128;
            int32_t sums[48];
            for (size_t i = 0; i < 48; i++) sums[i] = (int32_t)(next() % 100000) - 50000;
            int8_t *input = malloc(rows * stride);
            tacit_block_sums *input_sums = malloc(rows * blocks * sizeof *input_sums);
            for (size_t i = 0; i < rows * stride; i++) input[i] = (int8_t)(extreme ? (next() % 2 ? 127 : -128) : (int)next());
            for (size_t r = 0; r < rows; r++) for (size_t b = 0; b < blocks; b++) {
                int halves[2] = {0, 0};
                for (size_t i = 0; i < 32; i++) halves[i % 4 / 2] += input[r * stride + b * 32 + i];
                input_sums[r * blocks + b] = (tacit_block_sums){(int16_t)(-8 * halves[0]), (int16_t)(-8 * halves[1])};
            }
            float *scales = floats(48, RANDOM), *bias = floats(48, RANDOM), *steps = floats(2 * rows, WIDE);
            float *output = floats(rows * 48, RANDOM);
            tacit_product_int4 p = {
                input, stride, (const tacit_row_scale *)(const void *)steps, input_sums, blocks, rows, blocks, panels, group_scales,
                shared, scales, sums, rows % 2 ? bias : NULL, rows % 3 ? output : NULL, output, 48};
            k->multiply_int4(&p, 0, 1);
            k->multiply_int4(&p, 1, 3);
            add_floats(output, rows * 48);
            free(panels), free(group_scales), free(input), free(input_sums), free(scales), free(bias), free(steps), free(output);
        }
    report("multiply_int4", k);
}

static void multiply_int8_groups(const tacit_kernels *k) {
    begin(13);
    for (size_t groups = 1; groups < 60; groups += groups < 4 ? 1 : 23) for (size_t rows = 1; rows <= 17; rows++)
        for (int extreme = 0; extreme < 3; extreme++) {
            size_t stride = groups * 32 + 32;
            int8_t *panels = malloc(3 * groups * 512), *input = malloc(rows * stride);
            uint8_t *group_scales = malloc(3 * groups * 16);
            tacit_group_step *steps = malloc(rows * groups * sizeof *steps);
            for (size_t i = 0; i < 3 * groups * 512; i++)
                panels[i] = (int8_t)(extreme == 2 ? -128 : extreme ? (next() % 2 ? 127 : -127) : (int)next());
            for (size_t i = 0; i < 3 * groups * 16; i++) group_scales[i] = extreme ? 127 : next() % 128;
            for (size_t i = 0; i < rows * stride; i++)
                input[i] = (int8_t)(extreme ? (next() % 2 ? 127 : -127) : (int)(next() % 255) - 127);
            for (size_t r = 0; r < rows; r++) for (size_t g = 0; g < groups; g++) {
                int sum = 0;
                for (size_t i = 0; i < 32; i++) sum += input[r * stride + g * 32 + i];
                steps[r * groups + g] = (tacit_group_step){number(WIDE), -128 * sum};
            }
            float *scales = floats(48, RANDOM), *bias = floats(48, RANDOM), *output = floats(rows * 48, RANDOM);
            tacit_product_int8_groups p = {
                input, stride, steps, groups, rows, groups, panels, group_scales, scales, rows % 2 ? bias : NULL,
                rows % 3 ? output : NULL, output, 48};
            k->multiply_int8_groups(&p, 0, 1);
            k->multiply_int8_groups(&p, 1, 3);
            add_floats(output, rows * 48);
            free(panels), free(input), free(group_scales), free(steps), free(scales), free(bias), free(output);
        }
    report("multiply_int8_groups", k);
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
        int8_t levels[320] = {0};
        tacit_block_sums sums[10] = {{0, 0}};
        k->quantize_signed(input, count, levels, sums);
        add_bytes((const uint8_t *)levels, sizeof levels);
        add_bytes((const uint8_t *)sums, sizeof sums);
        uint8_t rest[304] = {0};
        scale = k->quantize_rest(input, count, bytes, scale, rest);
        add_bytes(rest, sizeof rest);
        add_floats(&scale.step, 1);
        tacit_group_step steps[10] = {{0.0f, 0}};
        memset(levels, 0, sizeof levels);
        k->quantize_groups(input, count, levels, steps);
        add_bytes((const uint8_t *)levels, sizeof levels);
        for (size_t g = 0; g < 10; g++) add_floats(&steps[g].step, 1), add_bytes(&steps[g].start, 4);
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
        k->gelu_exact(input, NULL, count, output), add_floats(output, count);
        k->gelu_exact(input, factor, count, output), add_floats(output, count);
        k->relu(input, factor, count, output), add_floats(output, count);
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

static void moments(const tacit_kernels *k) {
    begin(20);
    EACH_LENGTH(width) EACH_KIND(kind) {
        size_t slots = 11, stride = (width + 15) / 16 * 16;
        float *values = floats(slots * stride, kind), *mean = floats(width, ZERO), *deviation = floats(width, ZERO);
        for (size_t first = 0; first < slots; first += 3) {
            tacit_ring_rows rows = {values, stride, slots, first, 1 + (first * 7 + width) % slots};
            k->moments(&rows, width, mean, deviation);
            add_floats(mean, width), add_floats(deviation, width);
        }
        free(values), free(mean), free(deviation);
    }
    report("moments", k);
}

static void rotate(const tacit_kernels *k) {
    begin(6);
    for (size_t half = 1; half < 50; half++) {
        size_t width = 2 * half + half % 3;
        float *heads = floats(3 * width, RANDOM), *cosines = floats(half, ZERO), *sines = floats(half, ZERO);
        float *frequencies = floats(half, RANDOM);
        tacit_rotary_angles(next() >> (24 + half % 40), frequencies, half, cosines, sines);
        add_floats(cosines, half), add_floats(sines, half);
        k->rotate(heads, width, 2, 1, width, half, cosines, sines, 0);
        k->rotate(heads + width, 0, 1, 2, width, half, cosines, sines, half);
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
        for (size_t slot = 0, count; slot < slots; slot += count) {
            count = slots - slot < 21 ? slots - slot : 1 + next() % 21;
            float *key = floats(count * width, kind), *value = floats(count * width, kind);
            k->store(key, value, width, count, width, slot, slots, keys, values);
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
            a.sinks = again % 2 ? next() % 17 : 0;
            float *others = floats(4 * (width + 3), kind), *first = floats(width * 16, kind);
            float *second = floats(tiles * 256, kind);
            a.sink_query = others, a.sink_query_stride = width + 3, a.sink_keys = first, a.sink_values = second;
            k->attend(&a);
            add_floats(output, 4 * width);
            free(query), free(scores), free(output), free(others), free(first), free(second);
        }
        free(keys), free(values);
    }
    report("attend", k);
}

// Frames of sound: eight lanes of everything.

static void taper_frames(const tacit_kernels *k) {
    begin(9);
    EACH_LENGTH(count) EACH_KIND(kind) for (size_t step = 1; step <= 2; step++) {
        float *samples = floats(count + 100, kind), *taper = floats(count, RANDOM), *output = floats(count * step * 8, ZERO);
        size_t starts[8];
        for (size_t f = 0; f < 8; f++) starts[f] = next() % 101;
        k->taper_frames(samples, starts, taper, count, step, output);
        add_floats(output, count * step * 8);
        free(samples), free(taper), free(output);
    }
    report("taper_frames", k);
}

static void transforms(const tacit_kernels *k) {
    begin(10);
    for (size_t radix = 2; radix <= 5; radix++) for (size_t blocks = 1; blocks <= 5; blocks += 2)
        for (size_t stride = 1; stride <= 4; stride++) EACH_KIND(kind) {
            size_t length = radix * blocks * stride;
            float *twiddles = floats(blocks * (radix - 1) * 2, RANDOM);
            float *input = floats(length * 16, kind), *output = floats(length * 16, ZERO);
            tacit_fourier_pass pass = {radix, blocks, stride, twiddles};
            k->fourier_pass(&pass, input, output);
            add_floats(output, length * 16);
            free(twiddles), free(input), free(output);
        }
    report("fourier_pass", k);
    begin(11);
    EACH_LENGTH(count) EACH_KIND(kind) {
        float *factors = floats(count * 2, RANDOM), *vectors = floats(count * 16, kind), *power = floats((count + 1) * 8, ZERO);
        k->multiply_complex(vectors, factors, count, false, vectors);
        add_floats(vectors, count * 16);
        k->multiply_complex(vectors, factors, count, true, vectors);
        add_floats(vectors, count * 16);
        k->power_spectrum(vectors, count, power);
        add_floats(power, count * 8);
        k->packed_power_spectrum(vectors, 2 * count, factors, power);
        add_floats(power, (count + 1) * 8);
        free(factors), free(vectors), free(power);
    }
    report("spectra", k);
}

static void mels(const tacit_kernels *k) {
    begin(12);
    EACH_LENGTH(count) EACH_KIND(kind) for (size_t frames = 1; frames <= 8; frames++) {
        float *power = floats(count * 8, kind), *weights = floats(count * count, RANDOM);
        float *energies = floats((count + 7) / 8 * 64, kind), *output = floats(frames * count, ZERO);
        tacit_mel_band *bands = malloc(count * sizeof *bands);
        for (size_t m = 0; m < count; m++) {
            bands[m].first_bin = next() % count;
            bands[m].bins = next() % (count - bands[m].first_bin + 1);
        }
        k->log_mels(energies, count, 1e-6f, -3.0f, 2.5f, frames, output);
        add_floats(output, frames * count);
        k->mel_energies(power, bands, count, weights, energies);
        add_floats(energies, count * 8);
        k->log_mels(energies, count, 1e-6f, -3.0f, 2.5f, frames, output);
        add_floats(output, frames * count);
        free(power), free(weights), free(energies), free(output), free(bands);
    }
    report("mels", k);
}

int main(void) {
    const tacit_kernels *k;
    for (size_t i = 0; (k = tacit_kernels_at(i)); i++) {
        multiply_float32(k);
        multiply_float16(k);
        multiply_int8(k);
        multiply_int4(k);
        multiply_int8_groups(k);
        quantize(k);
        norms(k);
        functions(k);
        moments(k);
        rotate(k);
        attend(k);
        taper_frames(k);
        transforms(k);
        mels(k);
    }
    return 0;
}
