/// Bytes for a decoder in C that asks for them.
final class Supply {
    /// Why no more came.
    private(set) var failure: (any Error)?
    private let body: (UnsafeMutableRawPointer, Int) throws -> Int

    init(_ body: @escaping (UnsafeMutableRawPointer, Int) throws -> Int) { self.body = body }

    func read(_ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
        do {
            return try body(buffer, count)
        } catch {
            failure = error
            return -1
        }
    }

    static func read(_ context: UnsafeMutableRawPointer?, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        guard let context, let buffer else { return -1 }
        return Unmanaged<Supply>.fromOpaque(context).takeUnretainedValue().read(buffer, count)
    }
}
