// The natural logarithm of positive, normal numbers, within 2 units in the last place: our own, since the C library's is
// not the same on every machine.

/// x = 2^e m with m between sqrt(1/2) and sqrt(2); log m = 2 artanh(s), s = (m - 1) / (m + 1), by its series, whose
/// first term left out is below 2^-29 of the sum. What is not a positive, normal number gives some finite number.
INLINE f32x16 logarithm16(f32x16 x) {
    // Unsigned, so that differences of any bits are defined.
    u32x16 whole = __builtin_bit_cast(u32x16, x);
    i32x16 exponent = __builtin_bit_cast(i32x16, whole - 0x3f3504f3) >> 23;  // less the bits of sqrt(1/2)
    f32x16 m = __builtin_bit_cast(f32x16, whole - (__builtin_bit_cast(u32x16, exponent) << 23));
    f32x16 f = m - splat(1.0f);
    f32x16 s = f / (f + splat(2.0f));
    f32x16 z = s * s;
    f32x16 series = z * splat((float)(2.0 / 11)) + splat((float)(2.0 / 9));
    series = series * z + splat((float)(2.0 / 7));
    series = series * z + splat((float)(2.0 / 5));
    series = series * z + splat((float)(2.0 / 3));
    // log m = 2 s + s z series; 2 s = f - s f keeps the low bits that 2 * s would round away.
    f32x16 low = s * (z * series - f);
    f32x16 e = __builtin_convertvector(exponent, f32x16);
    // ln 2 in two parts, the first with few enough bits for e times it to be exact.
    f32x16 high = e * splat(0.693359375f);
    return high + (f + (low + e * splat(-2.1219444005469058e-4f)));
}
