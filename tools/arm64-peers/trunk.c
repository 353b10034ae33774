// A trunk of the shapes that compare-peers compares, by the kernels of Sources/CKernels in the order in which
// Sources/Engine/Pass.swift calls them, on one thread: what of Tacit is arithmetic, for counting its instructions where the
// whole `tacit` is not built. Weights are made up, the same for every layer: how many instructions there are does not
// depend on them.
//
//     trunk m1|m2 window|step PATCHES REPEATS
//
// A step is one patch behind PATCHES that are cached.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CTacitKernels.h"

typedef struct {
    const char *name;
    size_t layers, width, heads, hidden;
    bool llama;  // RMSNorm, rotation, a gated feed-forward part, no biases; else GPT-2
} shape;

static const shape shapes[] = {{"m1", 12, 768, 12, 3072, false}, {"m2", 6, 288, 6, 768, true}};

static void *zeros(size_t bytes) {
    void *p = aligned_alloc(64, (bytes + 127) / 64 * 64);
    if (!p) exit(71);
    return memset(p, 0, (bytes + 127) / 64 * 64);
}

static uint64_t state = 1;

static float uniform(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (float)(int32_t)(state >> 32) * 0x1p-31f;
}

static float *floats(size_t count, float scale) {
    float *p = zeros(count * sizeof *p);
    for (size_t i = 0; i < count; i++) p[i] = scale * uniform();
    return p;
}

typedef struct {
    size_t tiles, groups;
    int8_t *panels;
    float *scales, *bias;
    int32_t *sums;
} matrix;

static matrix make_matrix(size_t outputs, size_t inputs, bool biased) {
    matrix m = {.tiles = outputs / 16, .groups = (inputs + 7) / 8 * 2};
    m.panels = zeros(m.tiles * m.groups * 64);
    m.scales = floats(outputs, 0.001f);
    m.bias = biased ? floats(outputs, 0.02f) : NULL;
    m.sums = zeros(outputs * sizeof *m.sums);
    // Four levels of up to 32 add up to 128: the rule of fours.
    for (size_t i = 0; i < m.tiles * m.groups * 64; i++) {
        m.panels[i] = (int8_t)(32.0f * uniform());
        m.sums[i / (m.groups * 64) * 16 + i % 64 / 4] += m.panels[i];
    }
    return m;
}

typedef struct {
    const shape *s;
    const tacit_kernels *k;
    size_t rows, slots;
    matrix projection, attended, inwards, outwards;
    float *gain, *offset, *cosines, *sines;
    float *stream, *normed, *qkv, *mixed, *feed_forward, *scores, *keys, *values;
    uint8_t *bytes;
    tacit_row_scale *steps;
} trunk;

static size_t score_stride(const trunk *t) { return t->slots + 64; }

static trunk make_trunk(const shape *s, size_t rows, size_t slots) {
    size_t gates = s->llama ? 2 : 1, widest = s->hidden > s->width ? s->hidden : s->width, d = s->width / s->heads;
    return (trunk){
        .s = s, .k = tacit_kernels_named(NULL), .rows = rows, .slots = (slots + 15) / 16 * 16,
        .projection = make_matrix(3 * s->width, s->width, !s->llama),
        .attended = make_matrix(s->width, s->width, !s->llama),
        .inwards = make_matrix(gates * s->hidden, s->width, !s->llama),
        .outwards = make_matrix(s->width, s->hidden, !s->llama),
        .gain = floats(s->width, 1.0f), .offset = floats(s->width, 0.1f),
        .cosines = floats(rows * d / 2, 1.0f), .sines = floats(rows * d / 2, 1.0f),
        .stream = floats(rows * s->width, 1.0f), .normed = zeros(rows * s->width * sizeof(float)),
        .qkv = zeros(rows * 3 * s->width * sizeof(float)), .mixed = zeros(rows * s->width * sizeof(float)),
        .feed_forward = zeros(rows * gates * s->hidden * sizeof(float)),
        .scores = zeros(4 * (slots + 96) * sizeof(float)),
        .keys = floats((slots + 15) / 16 * 16 * s->width, 1.0f), .values = floats((slots + 15) / 16 * 16 * s->width, 1.0f),
        .bytes = zeros(rows * (widest + 16)), .steps = zeros(rows * sizeof(tacit_row_scale)),
    };
}

static void quantize(trunk *t, const float *input, size_t stride, size_t row, const matrix *m) {
    t->steps[row] = t->k->quantize(input + row * stride, m->groups * 4, t->bytes + row * m->groups * 4);
}

static void multiply(trunk *t, const matrix *m, const float *residual, float *output) {
    tacit_product_int8 p = {
        t->bytes, m->groups * 4, t->steps, t->rows, m->groups, m->panels, m->scales, m->sums, m->bias, residual, output,
        m->tiles * 16};
    t->k->multiply_int8(&p, 0, m->tiles);
}

static void normalise(trunk *t, const matrix *next) {
    size_t width = t->s->width;
    for (size_t r = 0; r < t->rows; r++) {
        float *row = t->normed + r * width;
        if (t->s->llama)
            t->k->rms_norm(t->stream + r * width, t->gain, 1e-5f, width, row);
        else
            t->k->layer_norm(t->stream + r * width, t->gain, t->offset, 1e-5f, width, row);
        quantize(t, t->normed, width, r, next);
    }
}

/// Of the rows that come after `before` cached ones.
static void attend(trunk *t, size_t before) {
    size_t width = t->s->width, d = width / t->s->heads, stride = 3 * width;
    if (t->s->llama)
        for (size_t part = 0; part < 2; part++)
            t->k->rotate(t->qkv + part * width, stride, t->rows, t->s->heads, d, d / 2, t->cosines, t->sines, d / 2);
    for (size_t h = 0; h < t->s->heads; h++) {
        float *query = t->qkv + h * d, *keys = t->keys + h * d * t->slots, *values = t->values + h * d * t->slots;
        t->k->store(query + width, query + 2 * width, stride, t->rows, d, before, t->slots, keys, values);
        for (size_t row = 0; row < t->rows; row += 4) {
            size_t rows = t->rows - row < 4 ? t->rows - row : 4;
            tacit_attention a = {
                .query = query + row * stride, .query_stride = stride, .rows = rows, .keys = keys, .values = values,
                .slots = t->slots, .head_width = d, .scale = 0.125f, .scores = t->scores, .score_stride = score_stride(t),
                .output = t->mixed + row * width + h * d, .output_stride = width};
            for (size_t r = 0; r < rows; r++) a.count[r] = before + row + r + 1;
            t->k->attend(&a);
        }
    }
}

static void run(trunk *t, size_t before) {
    size_t width = t->s->width, hidden = t->s->hidden, stride = (t->s->llama ? 2 : 1) * hidden;
    for (size_t layer = 0; layer < t->s->layers; layer++) {
        normalise(t, &t->projection);
        multiply(t, &t->projection, NULL, t->qkv);
        attend(t, before);
        for (size_t r = 0; r < t->rows; r++) quantize(t, t->mixed, width, r, &t->attended);
        multiply(t, &t->attended, t->stream, t->stream);
        normalise(t, &t->inwards);
        multiply(t, &t->inwards, NULL, t->feed_forward);
        for (size_t r = 0; r < t->rows; r++) {
            float *row = t->feed_forward + r * stride;
            if (t->s->llama)
                t->k->silu(row, row + hidden, hidden, row);
            else
                t->k->gelu(row, NULL, hidden, row);
            quantize(t, t->feed_forward, stride, r, &t->outwards);
        }
        multiply(t, &t->outwards, t->stream, t->stream);
    }
    normalise(t, &t->projection);
}

int main(int count, char **arguments) {
    const shape *s = NULL;
    for (size_t i = 0; count == 5 && i < sizeof shapes / sizeof *shapes; i++)
        if (strcmp(arguments[1], shapes[i].name) == 0) s = &shapes[i];
    if (!s) {
        fprintf(stderr, "expected m1|m2 window|step PATCHES REPEATS\n");
        return 64;
    }
    bool step = strcmp(arguments[2], "step") == 0;
    size_t patches = strtoul(arguments[3], NULL, 10), repeats = strtoul(arguments[4], NULL, 10);
    trunk t = make_trunk(s, step ? 1 : patches, patches + step);
    for (size_t i = 0; i < repeats; i++) run(&t, step ? patches : 0);
    printf("%s\n", t.k->name);
    return 0;
}
