// exp, and what is made of it. Range reduction x = n ln 2 + r with |r| <= ln 2 / 2, then
// exp(r) = 1 + r + r^2 q(r), q of degree 4 found by a Remez exchange for the least relative error of exp (3.1e-9, a
// twentieth of a float's half unit), then 2^n by adding to the exponent. No conversion from float to integer takes
// place: n is read from the bits after adding 1.5 * 2^23, so that NaN and infinity are harmless.

#define ROUNDER 12582912.0f  // 1.5 * 2^23: adding it rounds to an integer, half to even
#define ROUNDER_BITS 0x4B400000

/// exp(x) to about one unit in the last place within -87.3...88.3; below it exp(-87.3), above it exp(88.3); of NaN,
/// exp(88.3).
INLINE f32x16 exponential16(f32x16 x) {
    x = lesser(x, splat(88.3f));
    x = greater(x, splat(-87.3f));
    f32x16 shifted = fma16(x, splat(0x1.715476p+0f), splat(ROUNDER));
    f32x16 n = shifted - splat(ROUNDER);
    f32x16 r = fma16(n, splat(-0x1.62e430p-1f), x);
    r = fma16(n, splat(0x1.05c610p-29f), r);
    f32x16 q = splat(0x1.6a2352p-10f);
    q = fma16(q, r, splat(0x1.123a6cp-7f));
    q = fma16(q, r, splat(0x1.5558f4p-5f));
    q = fma16(q, r, splat(0x1.55549p-3f));
    q = fma16(q, r, splat(0x1.fffffcp-2f));
    f32x16 p = fma16(r * r, q, r) + splat(1.0f);
    return from_bits(bits(p) + ((bits(shifted) - ROUNDER_BITS) << 23));
}

/// x * sigmoid(t) = x / (1 + exp(-t)), which keeps its relative accuracy where t is very negative.
INLINE f32x16 gated_by_sigmoid(f32x16 x, f32x16 t) {
    f32x16 e = exponential16(-t);
    e = -t > splat(88.3f) ? splat(__builtin_inff()) : e;
    return x / (splat(1.0f) + e);
}
