// Stands in for the toolchain's FoundationEssentials where tools/build-static makes an executable: of that module's 2.4 MB,
// and of 1.5 MB of others behind it, the argument parser wants an error's words and, for `--experimental-dump-help`, of which
// tools/package makes manual pages, an encoder (JSONEncoder.swift).

public protocol LocalizedError: Error {
    var errorDescription: String? { get }
}

extension LocalizedError {
    public var errorDescription: String? { nil }
}

public struct Data: Sendable {
    let text: String
}

extension String {
    public enum Encoding: Sendable { case utf8 }

    public init?(data: Data, encoding: Encoding) { self = data.text }
}
