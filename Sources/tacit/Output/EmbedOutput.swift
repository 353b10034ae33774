import TacitConsole
import TacitLive
import TacitText

/// `embed`, as JSON Lines or as lines of numbers.
final class EmbedOutput: ClassifyOutput {
    private let isJSON: Bool
    private let hasSpans: Bool
    private var line = JSONLine()
    private var plain = PlainLine()

    init(json: Bool, hasSpans: Bool) {
        isJSON = json
        self.hasSpans = hasSpans
    }

    func result(_ path: String, _ reading: FileReading) throws {
        try StandardOutput.shared.write(isJSON ? json(path, reading) : text(path, reading))
    }

    private func json(_ path: String, _ reading: FileReading) -> [UInt8] {
        line.begin()
        line.path("path", path)
        if let span = reading.span { line.span(span) }
        reading.embedding.withUnsafeBufferPointer { line.floats("embedding", $0) }
        line.end()
        return line.bytes
    }

    private func text(_ path: String, _ reading: FileReading) -> [UInt8] {
        plain.begin()
        plain.text(path)
        plain.literal(" ")
        if hasSpans, let span = reading.span {
            plain.literal(" ")
            plain.span(span)
            plain.literal(" ")
        }
        for value in reading.embedding {
            plain.literal(" ")
            plain.float(value)
        }
        plain.end()
        return plain.bytes
    }
}
