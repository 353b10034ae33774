import CTacitInterface
import Glibc
import Synchronization

/// What a handle's pointer points at. It stays for as long as the process does, a few bytes, so that a handle that was
/// closed is known for what it is, without a table that all handles would share.
struct HandleShell: ~Copyable {
    private enum State {
        static let open: UInt8 = 1
        static let busy: UInt8 = 2
        static let closed: UInt8 = 3
    }

    /// "tacit" and a number, by which a pointer to something else is told from a handle as well as can be.
    private static let magic: UInt64 = 0x7461_6369_7401_9d3b

    private let magic: UInt64
    private let state: Atomic<UInt8>
    private var handle: Unmanaged<Handle>?

    private init(_ handle: Handle) {
        magic = Self.magic
        state = Atomic(State.open)
        self.handle = Unmanaged.passRetained(handle)
    }

    static func make(_ handle: Handle) -> OpaquePointer? {
        guard let memory = malloc(MemoryLayout<HandleShell>.size) else { return nil }
        let shell = memory.bindMemory(to: HandleShell.self, capacity: 1)
        shell.initialize(to: HandleShell(handle))
        return OpaquePointer(shell)
    }

    /// Why there is nothing to be done with a handle.
    enum Refusal: Error {
        case null
        case unknown
        case closed
        case busy

        var words: StaticString {
            switch self {
            case .null: "the handle is NULL"
            case .unknown: "the pointer is not to a handle"
            case .closed: "the handle is closed"
            case .busy: "the handle is in use by another thread"
            }
        }
    }

    /// Calls `body` with what is behind a pointer, while no other thread has it.
    static func use<Result>(_ pointer: OpaquePointer?, _ body: (Handle) -> Result) throws(Refusal) -> Result {
        let shell = try take(pointer)
        defer { shell.pointee.state.store(State.open, ordering: .releasing) }
        guard let handle = shell.pointee.handle else { throw .closed }
        return handle._withUnsafeGuaranteedRef(body)
    }

    static func close(_ pointer: OpaquePointer?) throws(Refusal) {
        let shell = try take(pointer)
        shell.pointee.handle?.release()
        shell.pointee.handle = nil
        shell.pointee.state.store(State.closed, ordering: .releasing)
    }

    private static func take(_ pointer: OpaquePointer?) throws(Refusal) -> UnsafeMutablePointer<HandleShell> {
        guard let pointer else { throw .null }
        guard Int(bitPattern: pointer) % MemoryLayout<HandleShell>.alignment == 0 else { throw .unknown }
        let shell = UnsafeMutablePointer<HandleShell>(pointer)
        guard shell.pointee.magic == Self.magic else { throw .unknown }
        let (isTaken, found) = shell.pointee.state.compareExchange(
            expected: State.open, desired: State.busy, ordering: .acquiringAndReleasing)
        guard isTaken else { throw found == State.closed ? .closed : .busy }
        return shell
    }
}
