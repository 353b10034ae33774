/// The natural logarithm of positive, normal numbers, within 2 units in the last place and the same bits on every
/// machine, which the C library's is not.
///
/// x = 2^e m with m between sqrt(1/2) and sqrt(2); log m = 2 artanh(s), s = (m - 1) / (m + 1), by its series, whose
/// first term left out is below 2^-29 of the sum. What is not a positive, normal number gives some finite number.
@inline(__always)
func naturalLogarithm(_ x: Lanes) -> Lanes {
    let bits = unsafeBitCast(x, to: SIMD4<Int32>.self)
    let rootOfHalf = SIMD4<Int32>(repeating: 0x3f35_04f3)
    let exponent = (bits &- rootOfHalf) &>> 23
    let mantissa = unsafeBitCast(bits &- (exponent &<< 23), to: Lanes.self)
    let f = mantissa - 1
    let s = f / (f + 2)
    let z = s * s
    var series = z * Float(2.0 / 11) + Float(2.0 / 9)
    series = series * z + Float(2.0 / 7)
    series = series * z + Float(2.0 / 5)
    series = series * z + Float(2.0 / 3)
    // log m = 2 s + s z series; 2 s = f - s f keeps the low bits that 2 * s would round away.
    let low = s * (z * series - f)
    let e = Lanes(exponent)
    // ln 2 in two parts, the first with few enough bits for e times it to be exact.
    let high = e * Float(0.693_359_375)
    return high + (f + (low + e * Float(-2.121_944_400_546_905_8e-4)))
}
