import TacitDiagnostics

/// A regular expression from an adapter's configuration, in Python's syntax.
///
/// It comes from an untrusted file, and its meaning is Python's: so it is parsed and matched here, with bounds on
/// length, depth and time, instead of by a general engine that has other rules and none of the bounds.
struct ModulePattern {
    /// Longest pattern, in bytes.
    private static let maximumLength = 4096

    private let node: PatternNode

    /// - Throws: `TacitError` of kind `badData` for what is no pattern, or an unsupported one.
    init(_ text: String) throws {
        guard text.utf8.count <= Self.maximumLength else { throw TacitError(.badData, "the pattern is too long") }
        node = try PatternParser.parse(text)
    }

    /// Python's `re.fullmatch`.
    func matchesAll(of name: String) throws -> Bool {
        var matcher = PatternMatcher(name)
        return try matcher.matches(node, isWhole: true)
    }

    /// Python's `re.match`; `index` is the group named `idx`, if there is one.
    func match(startOf name: String) throws -> (found: Bool, index: String?) {
        var matcher = PatternMatcher(name)
        let found = try matcher.matches(node, isWhole: false)
        return (found, found ? matcher.text(of: "idx") : nil)
    }
}
