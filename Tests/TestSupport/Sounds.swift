import Foundation

/// Sounds made by the tests.
public enum Sounds {
    /// Two gliding tones in noise: something at every frequency, never the same twice.
    public static func glide(samples: Int, seed: UInt64 = 1) -> [Int16] {
        var random = RandomNumbers(seed: seed)
        return (0..<samples).map { index in
            let time = Double(index) / 16_000
            let tones = sin(time * (900 + 700 * sin(time * 3))) + sin(time * (5200 - 300 * time))
            return Int16(6000 * tones + Double.random(in: -4000...4000, using: &random))
        }
    }

    /// The bytes of headerless little-endian samples.
    public static func raw(_ samples: [Int16]) -> [UInt8] {
        samples.flatMap { littleEndian(UInt16(bitPattern: $0)) }
    }

    /// Silence in MP3: 16 kHz, 288 bytes a frame of 36 ms.
    public static func silentMP3(frames: Int) -> [UInt8] {
        let frame: [UInt8] = [0xff, 0xf3, 0x88, 0xc0] + [UInt8](repeating: 0, count: 284)
        return Array([[UInt8]](repeating: frame, count: frames).joined())
    }
}
