// Stands in for the toolchain's FoundationEssentials where tools/build-static makes an executable: of that module's 2.4 MB,
// and of 1.5 MB of others behind it, the argument parser wants an error's words and the JSON of an option that it calls
// experimental. Here there are the words; `--experimental-dump-help` prints nothing.

public protocol LocalizedError: Error {
    var errorDescription: String? { get }
}

extension LocalizedError {
    public var errorDescription: String? { nil }
}

public struct Data: Sendable {}

extension String {
    public enum Encoding: Sendable { case utf8 }

    public init?(data: Data, encoding: Encoding) { return nil }
}

public final class JSONEncoder {
    public struct OutputFormatting: OptionSet, Sendable {
        public let rawValue: UInt

        public init(rawValue: UInt) { self.rawValue = rawValue }

        public static let prettyPrinted = OutputFormatting(rawValue: 1)
        public static let sortedKeys = OutputFormatting(rawValue: 2)
    }

    public struct NotBuiltIn: Error {}

    public var outputFormatting: OutputFormatting = []

    public init() {}

    public func encode<Value: Encodable>(_ value: Value) throws -> Data { throw NotBuiltIn() }
}
