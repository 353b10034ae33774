import Glibc

/// exp(2i pi k / n), exact where it can be: the angle is brought into the first eighth of the circle in whole numbers
/// before a sine is taken.
struct UnitRoot {
    let cosine: Double
    let sine: Double

    init(_ k: Int, of n: Int) {
        let turn = ((k % n) + n) % n
        // In eighths of a turn: 8 * turn / n, whole part and rest.
        let eighth = 8 * turn / n
        let rest = 8 * turn - eighth * n
        let fromStart = 2 * Double.pi * Double(rest) / Double(8 * n)
        let toEnd = 2 * Double.pi * Double(n - rest) / Double(8 * n)
        switch eighth {
        case 0: (cosine, sine) = (cos(fromStart), sin(fromStart))
        case 1: (cosine, sine) = (sin(toEnd), cos(toEnd))
        case 2: (cosine, sine) = (-sin(fromStart), cos(fromStart))
        case 3: (cosine, sine) = (-cos(toEnd), sin(toEnd))
        case 4: (cosine, sine) = (-cos(fromStart), -sin(fromStart))
        case 5: (cosine, sine) = (-sin(toEnd), -cos(toEnd))
        case 6: (cosine, sine) = (sin(fromStart), -cos(fromStart))
        default: (cosine, sine) = (cos(toEnd), -sin(toEnd))
        }
    }
}
