/// The error that a body throws, or nil where it throws none of this type: to be looked at by who asks.
///
/// `#expect(throws:)` gives an error back only from Swift 6.1 on.
public func thrown<Failure: Error>(_ type: Failure.Type, _ body: () throws -> some Any) -> Failure? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? Failure
    }
}
