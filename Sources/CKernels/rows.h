// What is done to one row at a time: quantization, norms, activation functions, softmax. Sums run in 16 lanes (element i
// in lane i mod 16), added up by halves at the end.

static tacit_row_scale quantize(const float *input, size_t count, uint8_t *output) {
    size_t whole = count - count % LANES;
    f32x16 most = splat(-0x1.fffffep+127f), least = splat(0x1.fffffep+127f), nothing = splat(0.0f);
    for (size_t i = 0; i < whole; i += LANES) {
        f32x16 x = load(input + i);
        most = greater(x, most);
        least = lesser(x, least);
        nothing = fma16(x, splat(0.0f), nothing);
    }
    if (whole < count) {
        f32x16 rest = load_some(input + whole, count - whole, input[0]);
        most = greater(rest, most);
        least = lesser(rest, least);
        nothing = fma16(rest, splat(0.0f), nothing);
    }
    if (total(nothing) != 0.0f) {  // NaN: a level would stand for a number where there is none
        for (size_t i = 0; i < count; i += LANES) __builtin_memset(output + i, 128, LANES);
        return (tacit_row_scale){0.0f, __builtin_nanf("")};
    }
    float high = largest(most), low = -largest(-least);
    // Halves, since the difference of two finite numbers may not be one.
    float step = (high / 2.0f - low / 2.0f) / 127.5f, middle = high / 2.0f + low / 2.0f;
    if (!(step > 1e-32f)) {  // so small that 1 / step could overflow: nothing is lost by one value for all
        for (size_t i = 0; i < count; i += LANES) __builtin_memset(output + i, 128, LANES);
        return (tacit_row_scale){0.0f, middle};
    }
    // The levels -128...127 lie around -1/2.
    float offset = middle + step / 2.0f;
    f32x16 inverse = splat(1.0f / step);
    for (size_t i = 0; i < count; i += LANES) {
        f32x16 x = i < whole ? load(input + i) : load_some(input + i, count - i, offset);
        x = greater(lesser((x - splat(offset)) * inverse, splat(127.0f)), splat(-128.0f));
        u8x16 bytes = __builtin_convertvector(bits(x + splat(ROUNDER)) - (ROUNDER_BITS - 128), u8x16);
        __builtin_memcpy(output + i, &bytes, sizeof bytes);
    }
    return (tacit_row_scale){step, offset};
}

static tacit_row_scale quantize_signed(
    const float *input, size_t count, int8_t *output, tacit_block_sums *sums) {
    uint8_t *bytes = (uint8_t *)output;
    tacit_row_scale scale = quantize(input, count, bytes);
    size_t written = (count + LANES - 1) / LANES * LANES;
    if (written % 32) __builtin_memset(bytes + written, 128, LANES);
    for (size_t i = 0; i < count; i += 32) {
        u8x32 offset;
        __builtin_memcpy(&offset, bytes + i, sizeof offset);
        offset ^= 128;
        __builtin_memcpy(output + i, &offset, sizeof offset);
        i16x32 levels = __builtin_convertvector(__builtin_bit_cast(i8x32, offset), i16x32);
        i16x16 a = levels.lo + levels.hi;
        i16x8 b = a.lo + a.hi;
        i16x4 c = b.lo + b.hi;
        *sums++ = (tacit_block_sums){(int16_t)(-8 * (c.x + c.y)), (int16_t)(-8 * (c.z + c.w))};
    }
    return scale;
}

static tacit_row_scale quantize_rest(
    const float *input, size_t count, const uint8_t *coarse, tacit_row_scale scale, uint8_t *output) {
    if (!(scale.step > 0.0f)) {
        for (size_t i = 0; i < count; i += LANES) __builtin_memset(output + i, 128, LANES);
        return (tacit_row_scale){0.0f, 0.0f};
    }
    size_t whole = count - count % LANES;
    float step = scale.step / 254.0f;
    f32x16 inverse = splat(1.0f / step);
    for (size_t i = 0; i < count; i += LANES) {
        f32x16 x = i < whole ? load(input + i) : load_some(input + i, count - i, scale.offset);
        f32x16 level = __builtin_convertvector(load_bytes(coarse + i), f32x16) - splat(128.0f);
        x = fma16(splat(-scale.step), level, x - splat(scale.offset)) * inverse;
        x = greater(lesser(x, splat(127.0f)), splat(-127.0f));
        u8x16 bytes = __builtin_convertvector(bits(x + splat(ROUNDER)) - (ROUNDER_BITS - 128), u8x16);
        __builtin_memcpy(output + i, &bytes, sizeof bytes);
    }
    return (tacit_row_scale){step, 0.0f};
}

/// The larger of lanes' bits, which for magnitudes is the larger magnitude, NaN above all.
INLINE i32x16 larger_bits(i32x16 a, i32x16 b) { return a > b ? a : b; }

static void quantize_groups(const float *input, size_t count, int8_t *output, tacit_group_step *steps) {
    for (size_t i = 0; i < count; i += 32, steps++) {
        f32x16 half[2];
        UNROLL for (size_t h = 0; h < 2; h++) {
            size_t at = i + h * LANES;
            half[h] = at + LANES <= count ? load(input + at) : splat(0.0f);
            if (at < count && count < at + LANES) half[h] = load_some(input + at, count - at, 0.0f);
        }
        const i32x16 magnitude = (i32x16)(0x7fffffff);
        i32x16 most16 = larger_bits(bits(half[0]) & magnitude, bits(half[1]) & magnitude);
        i32x8 most8 = most16.lo > most16.hi ? most16.lo : most16.hi;
        i32x4 most4 = most8.lo > most8.hi ? most8.lo : most8.hi;
        i32x2 most2 = most4.lo > most4.hi ? most4.lo : most4.hi;
        int32_t most = most2.x > most2.y ? most2.x : most2.y;
        float step = __builtin_bit_cast(float, most) / 127.0f;
        if (step <= 1e-32f) {  // so small that 1 / step could overflow
            __builtin_memset(output + i, 0, 32);
            *steps = (tacit_group_step){0.0f, 0};
            continue;
        }
        f32x16 inverse = splat(1.0f / step);
        i32x16 sum = (i32x16)(0);
        UNROLL for (size_t h = 0; h < 2; h++) {
            f32x16 x = greater(lesser(half[h] * inverse, splat(127.0f)), splat(-127.0f));
            i32x16 levels = bits(x + splat(ROUNDER)) - ROUNDER_BITS;
            i8x16 bytes = __builtin_convertvector(levels, i8x16);
            __builtin_memcpy(output + i + h * LANES, &bytes, sizeof bytes);
            sum += levels;
        }
        i32x8 sum8 = sum.lo + sum.hi;
        i32x4 sum4 = sum8.lo + sum8.hi;
        i32x2 sum2 = sum4.lo + sum4.hi;
        *steps = (tacit_group_step){step, -128 * (sum2.x + sum2.y)};
    }
}

// What a row is multiplied by; no number where its squares are too large for one, rather than 0, by which every such row
// would give the same numbers.
INLINE f32x16 inverse_deviation(float variance, float epsilon) {
    float deviation = __builtin_sqrtf(variance + epsilon);
    return splat(deviation <= 0x1.fffffep+127f ? 1.0f / deviation : __builtin_nanf(""));
}

static void layer_norm(
    const float *input, const float *weight, const float *bias, float epsilon, size_t count, float *output) {
    size_t whole = count - count % LANES, rest = count - whole;
    f32x16 sum = splat(0.0f);
    for (size_t i = 0; i < whole; i += LANES) sum += load(input + i);
    if (rest) sum += load_some(input + whole, rest, 0.0f);
    f32x16 mean = splat(total(sum) / (float)count);
    f32x16 squares = splat(0.0f);
    for (size_t i = 0; i < whole; i += LANES) {
        f32x16 x = load(input + i) - mean;
        squares = fma16(x, x, squares);
    }
    if (rest) {
        f32x16 x = load_some(input + whole, rest, mean.x) - mean;
        squares = fma16(x, x, squares);
    }
    f32x16 inverse = inverse_deviation(total(squares) / (float)count, epsilon);
    for (size_t i = 0; i < whole; i += LANES)
        store(output + i, fma16((load(input + i) - mean) * inverse, load(weight + i), load(bias + i)));
    if (rest) {
        f32x16 x = (load_some(input + whole, rest, 0.0f) - mean) * inverse;
        x = fma16(x, load_some(weight + whole, rest, 0.0f), load_some(bias + whole, rest, 0.0f));
        store_some(output + whole, x, rest);
    }
}

static void rms_norm(const float *input, const float *weight, float epsilon, size_t count, float *output) {
    size_t whole = count - count % LANES, rest = count - whole;
    f32x16 squares = splat(0.0f);
    for (size_t i = 0; i < whole; i += LANES) {
        f32x16 x = load(input + i);
        squares = fma16(x, x, squares);
    }
    if (rest) {
        f32x16 x = load_some(input + whole, rest, 0.0f);
        squares = fma16(x, x, squares);
    }
    f32x16 inverse = inverse_deviation(total(squares) / (float)count, epsilon);
    for (size_t i = 0; i < whole; i += LANES) store(output + i, load(input + i) * inverse * load(weight + i));
    if (rest) {
        f32x16 x = load_some(input + whole, rest, 0.0f) * inverse * load_some(weight + whole, rest, 0.0f);
        store_some(output + whole, x, rest);
    }
}

// Runs a lane-wise function over a row; `x` is the input, `f` the factor's lanes (1 without one).
#define MAP_ROW(expression)                                                                  \
    size_t whole = count - count % LANES, rest = count - whole;                              \
    for (size_t i = 0; i < whole; i += LANES) {                                              \
        f32x16 x = load(input + i);                                                          \
        f32x16 y = (expression);                                                             \
        if (factor) y *= load(factor + i);                                                   \
        store(output + i, y);                                                                \
    }                                                                                        \
    if (rest) {                                                                              \
        f32x16 x = load_some(input + whole, rest, 0.0f);                                     \
        f32x16 y = (expression);                                                             \
        if (factor) y *= load_some(factor + whole, rest, 0.0f);                              \
        store_some(output + whole, y, rest);                                                 \
    }

/// 0.5 x (1 + tanh u) = x sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3).
INLINE f32x16 gelu16(f32x16 x) {
    f32x16 u = x * fma16(x * x, splat(0.044715f), splat(1.0f));
    return gated_by_sigmoid(x, u * splat(0x1.988454p+0f));  // 2 sqrt(2 / pi)
}

static void gelu(const float *input, const float *factor, size_t count, float *output) { MAP_ROW(gelu16(x)) }

/// x Phi(x), where Phi(-t) = exp(-t^2 / 2) p(1 / (1 + 0.35 t)) for t of 0 and more, p of degree 9 found by reweighted least
/// squares for the least relative error (4.2e-8 up to t = 14). The tail is computed, not 1 less something, so that it keeps
/// its relative accuracy.
INLINE f32x16 gelu_exact16(f32x16 x) {
    f32x16 t = from_bits(bits(x) & 0x7fffffff), u = splat(1.0f) / fma16(splat(0.35f), t, splat(1.0f));
    f32x16 p = splat(-0x1.dd870ap-6f);
    p = fma16(p, u, splat(0x1.26dab8p-3f));
    p = fma16(p, u, splat(-0x1.05da0cp-2f));
    p = fma16(p, u, splat(0x1.45fd4ep-3f));
    p = fma16(p, u, splat(-0x1.7aa2c2p-6f));
    p = fma16(p, u, splat(0x1.b02946p-4f));
    p = fma16(p, u, splat(0x1.ead5d8p-4f));
    p = fma16(p, u, splat(0x1.1e6fe6p-3f));
    p = fma16(p, u, splat(0x1.1df1d4p-3f)) * u;
    f32x16 tail = exponential16(t * t * splat(-0.5f)) * p;
    tail = t > splat(13.0f) ? splat(0.0f) : tail;
    f32x16 y = x > splat(0.0f) ? fma16(-x, tail, x) : x * tail;
    return x > splat(13.0f) ? x : y;
}

static void gelu_exact(const float *input, const float *factor, size_t count, float *output) {
    MAP_ROW(gelu_exact16(x))
}

static void relu(const float *input, const float *factor, size_t count, float *output) {
    MAP_ROW(x < splat(0.0f) ? splat(0.0f) : x)
}

static void silu(const float *input, const float *factor, size_t count, float *output) {
    MAP_ROW(gated_by_sigmoid(x, x))
}

static void sigmoid(const float *input, size_t count, float *output) {
    const float *factor = NULL;
    MAP_ROW(gated_by_sigmoid(splat(1.0f), x))
}

static void exponential(const float *input, size_t count, float *output) {
    const float *factor = NULL;
    MAP_ROW(exponential16(x))
}

static void add(const float *input, size_t count, float *sum) {
    size_t whole = count - count % LANES, rest = count - whole;
    for (size_t i = 0; i < whole; i += LANES) store(sum + i, load(sum + i) + load(input + i));
    for (size_t i = whole; i < whole + rest; i++) sum[i] += input[i];
}

static void moments(const tacit_ring_rows *rows, size_t width, float *mean, float *deviation) {
    f32x16 count = splat((float)rows->count);
    // From the first row to the ring's end, and on from its beginning.
    size_t until_end = rows->slots - rows->first, before = rows->count < until_end ? rows->count : until_end;
    const float *parts[2] = {rows->values + rows->first * rows->stride, rows->values};
    const size_t counts[2] = {before, rows->count - before};
    for (size_t i = 0; i < width; i += LANES) {
        f32x16 sum = splat(0.0f);
        UNROLL for (size_t part = 0; part < 2; part++)
            UNROLL_4 for (size_t row = 0; row < counts[part]; row++) sum += load(parts[part] + row * rows->stride + i);
        f32x16 middle = sum / count, squares = splat(0.0f);
        UNROLL for (size_t part = 0; part < 2; part++)
            UNROLL_4 for (size_t row = 0; row < counts[part]; row++) {
                // In a statement of its own the square is rounded before it is added, also where one instruction could do both.
                f32x16 difference = load(parts[part] + row * rows->stride + i) - middle, square = difference * difference;
                squares += square;
            }
        f32x16 spread = roots(squares / count);
        if (i + LANES <= width) {
            store(mean + i, middle);
            store(deviation + i, spread);
        } else {
            store_some(mean + i, middle, width - i);
            store_some(deviation + i, spread, width - i);
        }
    }
}

/// `output[i] = exp(scale * (input[i] - largest))`; returns the sum of these. With `roomy`, both rows have room for whole
/// lanes, and what lies up to 15 behind the last output is made 0.
INLINE float exponentials(const float *input, size_t count, float scale, const bool roomy, float *output) {
    size_t whole = count - count % LANES, rest = count - whole;
    f32x16 most = splat(-__builtin_inff()), last = most;
    for (size_t i = 0; i < whole; i += LANES) most = greater(load(input + i), most);
    if (rest) {
        last = roomy ? first_lanes(load(input + whole), rest, last.x) : load_some(input + whole, rest, last.x);
        most = greater(last, most);
    }
    f32x16 limit = splat(largest(most)), sum = splat(0.0f);
    for (size_t i = 0; i < whole; i += LANES) {
        f32x16 e = exponential16((load(input + i) - limit) * splat(scale));
        sum += e;
        store(output + i, e);
    }
    if (rest) {
        f32x16 e = first_lanes(exponential16((last - limit) * splat(scale)), rest, 0.0f);
        sum += e;
        if (roomy)
            store(output + whole, e);
        else
            store_some(output + whole, e, rest);
    }
    return total(sum);
}

static void softmax(const float *input, size_t count, float *output) {
    float inverse = 1.0f / exponentials(input, count, 1.0f, false, output);
    for (size_t i = 0; i < count; i++) output[i] *= inverse;
}
