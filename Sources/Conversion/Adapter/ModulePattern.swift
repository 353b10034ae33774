import Diagnostics

/// A regular expression from an adapter's configuration, in Python's syntax.
struct ModulePattern {
    /// Longest pattern, and deepest nesting of groups in one.
    private static let maximumLength = 4096
    private static let maximumDepth = 32

    private let regex: Regex<AnyRegexOutput>

    init(_ text: String) throws {
        guard text.utf8.count <= Self.maximumLength else { throw TacitError(.badData, "the pattern is too long") }
        var depth = 0
        for character in text.utf8 {
            if character == UInt8(ascii: "(") || character == UInt8(ascii: "[") { depth += 1 }
            if character == UInt8(ascii: ")") || character == UInt8(ascii: "]") { depth = max(0, depth - 1) }
            guard depth <= Self.maximumDepth else { throw TacitError(.badData, "the pattern is nested too deeply") }
        }
        do {
            regex = try Regex(text)
        } catch {
            throw TacitError(.badData, "\(text) is not a regular expression")
        }
    }

    /// Python's `re.fullmatch`.
    func matchesAll(of name: String) -> Bool {
        (try? regex.wholeMatch(in: name)) != nil
    }

    /// Python's `re.match`; the first group named `idx`, if there is one.
    func match(startOf name: String) -> (found: Bool, index: Substring?) {
        guard let match = try? regex.prefixMatch(in: name) else { return (false, nil) }
        return (true, match.output["idx"]?.substring)
    }
}
