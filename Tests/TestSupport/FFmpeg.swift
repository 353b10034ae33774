import Foundation

/// The independent decoder, where it is installed.
public enum FFmpeg {
    public static let isThere = run(["-version"]) != nil

    /// What it writes to standard output; nil if it is absent or fails.
    public static func run(_ arguments: [String]) -> [UInt8]? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ffmpeg", "-nostdin", "-v", "quiet"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? [UInt8](bytes) : nil
    }

    /// The samples of a sound file, its channels averaged, at the rate that it begins with.
    public static func samples(_ path: String, channels: Int = 1, decoder: String? = nil) -> [Float]? {
        guard
            let bytes = run(
                (decoder.map { ["-c:a", $0] } ?? []) + [
                    "-i", path, "-map", "0:a:0", "-c:a", "pcm_f32le", "-f", "f32le", "-",
                ])
        else { return nil }
        let values = bytes.withUnsafeBytes { raw in
            (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
        return stride(from: 0, to: values.count - channels + 1, by: channels).map { start in
            values[start..<start + channels].reduce(0, +) / Float(channels)
        }
    }

    /// Turns a sound into another format.
    public static func convert(_ path: String, _ arguments: [String], to target: String) -> Bool {
        run(["-i", path] + arguments + ["-y", target]) != nil
    }
}
