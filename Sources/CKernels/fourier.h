// Fourier transforms of eight vectors at once, one a lane: every lane goes through the same arithmetic, so that a
// vector's result does not depend on its neighbours, and any radix is vectorised without a shuffle.

/// One element of eight complex vectors: eight real parts, then eight imaginary ones. It is one register of AVX-512; where
/// it is several, it costs nothing that halves change places.
typedef f32x16 complex8;

INLINE complex8 element(const float *vectors, size_t index) { return load(vectors + index * LANES); }
INLINE void put(float *vectors, size_t index, complex8 x) { store(vectors + index * LANES, x); }

INLINE complex8 halves_swapped(complex8 x) {
    return __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
}

// Signs are changed by their bits: one instruction for both halves, or part of an addition to come.
#define SIGN INT32_MIN

INLINE complex8 real_negated(complex8 x) {
    const i32x16 signs = {SIGN, SIGN, SIGN, SIGN, SIGN, SIGN, SIGN, SIGN, 0, 0, 0, 0, 0, 0, 0, 0};
    return from_bits(bits(x) ^ signs);
}

INLINE complex8 conjugate(complex8 x) {
    const i32x16 signs = {0, 0, 0, 0, 0, 0, 0, 0, SIGN, SIGN, SIGN, SIGN, SIGN, SIGN, SIGN, SIGN};
    return from_bits(bits(x) ^ signs);
}

/// -i x.
INLINE complex8 turned(complex8 x) { return conjugate(halves_swapped(x)); }

/// (real + i imaginary) x.
INLINE complex8 times(complex8 x, float real, float imaginary) {
    return x * splat(real) + real_negated(halves_swapped(x) * splat(imaginary));
}

INLINE void store_squared_magnitude(float *power, size_t index, complex8 x) {
    complex8 squares = x * x;
    store8(power + index * 8, squares.lo + squares.hi);
}

// Transforms of `radix` elements.

INLINE void transform2(const complex8 *in, complex8 *out) {
    out[0] = in[0] + in[1];
    out[1] = in[0] - in[1];
}

INLINE void transform3(const complex8 *in, complex8 *out) {
    const float sine = 0.8660254037844386f;  // of 2 pi / 3
    complex8 sum = in[1] + in[2];
    complex8 gap = turned((in[1] - in[2]) * splat(sine));
    complex8 middle = in[0] - sum * splat(0.5f);
    out[0] = in[0] + sum;
    out[1] = middle + gap;
    out[2] = middle - gap;
}

INLINE void transform4(const complex8 *in, complex8 *out) {
    complex8 even_sum = in[0] + in[2], even_gap = in[0] - in[2];
    complex8 odd_sum = in[1] + in[3], odd_gap = turned(in[1] - in[3]);
    out[0] = even_sum + odd_sum;
    out[1] = even_gap + odd_gap;
    out[2] = even_sum - odd_sum;
    out[3] = even_gap - odd_gap;
}

INLINE void transform5(const complex8 *in, complex8 *out) {
    const float cosine1 = 0.30901699437494745f, sine1 = 0.9510565162951535f;  // of 2 pi / 5
    const float cosine2 = -0.8090169943749474f, sine2 = 0.5877852522924731f;  // of 4 pi / 5
    complex8 outer_sum = in[1] + in[4], outer_gap = in[1] - in[4];
    complex8 inner_sum = in[2] + in[3], inner_gap = in[2] - in[3];
    complex8 one = in[0] + outer_sum * splat(cosine1) + inner_sum * splat(cosine2);
    complex8 two = in[0] + outer_sum * splat(cosine2) + inner_sum * splat(cosine1);
    complex8 one_gap = turned(outer_gap * splat(sine1) + inner_gap * splat(sine2));
    complex8 two_gap = turned(outer_gap * splat(sine2) - inner_gap * splat(sine1));
    out[0] = in[0] + outer_sum + inner_sum;
    out[1] = one + one_gap;
    out[2] = two + two_gap;
    out[3] = two - two_gap;
    out[4] = one - one_gap;
}

INLINE void transform_few(const int radix, const complex8 *in, complex8 *out) {
    switch (radix) {
    case 2: transform2(in, out); break;
    case 3: transform3(in, out); break;
    case 4: transform4(in, out); break;
    default: transform5(in, out); break;
    }
}

/// The last pass is one block, whose twiddle factors are all 1.
INLINE void pass_of(
    const int radix, const int is_last, const tacit_fourier_pass *pass, const float *input, float *output) {
    size_t stride = pass->stride, apart = stride * pass->blocks;
    const float *twiddles = pass->twiddles;
    for (size_t p = 0; p < pass->blocks; p++) {
        // Copies, which no store below can change.
        float cosines[5], sines[5];
        if (!is_last) {
            UNROLL for (int k = 1; k < radix; k++) {
                cosines[k] = *twiddles++;
                sines[k] = *twiddles++;
            }
        }
        for (size_t q = 0; q < stride; q++) {
            complex8 in[5], out[5];
            UNROLL for (int r = 0; r < radix; r++) in[r] = element(input, q + stride * p + apart * (size_t)r);
            transform_few(radix, in, out);
            float *to = output + (q + stride * (size_t)radix * p) * LANES;
            put(to, 0, out[0]);
            UNROLL for (int k = 1; k < radix; k++)
                put(to, stride * (size_t)k, is_last ? out[k] : times(out[k], cosines[k], sines[k]));
        }
    }
}

#define PASS_OF(radix)                                             \
    if (pass->blocks == 1) pass_of(radix, 1, pass, input, output); \
    else pass_of(radix, 0, pass, input, output)

static void fourier_pass(const tacit_fourier_pass *pass, const float *input, float *output) {
    switch (pass->radix) {
    case 2: PASS_OF(2); break;
    case 3: PASS_OF(3); break;
    case 4: PASS_OF(4); break;
    default: PASS_OF(5); break;
    }
}

static void multiply_complex(const float *input, const float *factors, size_t count, bool conjugated, float *output) {
    for (size_t i = 0; i < count; i++) {
        complex8 product = times(element(input, i), factors[2 * i], factors[2 * i + 1]);
        put(output, i, conjugated ? conjugate(product) : product);
    }
}

static void power_spectrum(const float *transform, size_t count, float *power) {
    for (size_t k = 0; k < count; k++) store_squared_magnitude(power, k, element(transform, k));
}

// With E and O the transforms of a vector's even and odd elements, and Z that of half of even + i odd:
// E[k] = Z[k] + conj Z[n / 2 - k], O[k] = -i (Z[k] - conj Z[n / 2 - k]),
// X[k] = E[k] + exp(-2i pi k / n) O[k], and X[n / 2 - k] is the conjugate of E[k] - exp(-2i pi k / n) O[k].
static void packed_power_spectrum(const float *transform, size_t length, const float *twiddles, float *power) {
    size_t half = length / 2;
    complex8 first = element(transform, 0);
    f32x8 lowest = first.lo + first.hi, highest = first.lo - first.hi;
    lowest += lowest, highest += highest;
    store8(power, lowest * lowest);
    store8(power + half * 8, highest * highest);
    for (size_t k = 1; k <= half / 2; k++) {
        complex8 near = element(transform, k), far = conjugate(element(transform, half - k));
        complex8 even = near + far, odd = times(near - far, twiddles[2 * k], twiddles[2 * k + 1]);
        store_squared_magnitude(power, k, even + odd);
        store_squared_magnitude(power, half - k, even - odd);
    }
}
