import CTacitInterface
import TacitDiagnostics

// The doc comments of all these functions are the header's, tacit.h.

@_cdecl("tacit_create")
public func create() -> OpaquePointer? { HandleShell.make(Handle()) }

@_cdecl("tacit_close")
public func close(_ handle: OpaquePointer?) -> Int32 {
    do {
        try HandleShell.close(handle)
        return Int32(TACIT_OK)
    } catch {
        return Int32(error == .null ? TACIT_OK : TACIT_USAGE)
    }
}

@_cdecl("tacit_error")
public func error(_ handle: OpaquePointer?) -> UnsafePointer<CChar>? {
    do {
        return try HandleShell.use(handle) { $0.words.pointer }
    } catch {
        return text(error.words)
    }
}

@_cdecl("tacit_version")
public func version() -> UnsafePointer<CChar>? { text(Release.version) }

private func text(_ words: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(words.utf8Start).assumingMemoryBound(to: CChar.self)
}
