import CTacitKernels
import TacitDiagnostics

/// The instruction sets that the kernels are written for. All give the same bits.
package enum InstructionSet {
    /// Those that this machine runs, `portable` first, the fastest last.
    package static var available: [String] {
        var names: [String] = []
        while let table = tacit_kernels_at(names.count) {
            names.append(String(cString: table.pointee.name))
        }
        return names
    }

    /// The fastest table: a constant of the kernels'.
    nonisolated(unsafe) static let best: UnsafePointer<tacit_kernels> = {
        // One of them runs on every machine.
        guard let table = tacit_kernels_named(nil) else { preconditionFailure("no portable kernels") }
        return table
    }()

    /// For those who would otherwise find out too late whose fault it is.
    ///
    /// - Throws: `TacitError` (usage) for a name that this machine has no kernels for; nil is never refused.
    package static func require(_ name: String?) throws { _ = try table(named: name) }

    /// The table of a name, or the fastest.
    ///
    /// - Throws: `TacitError` (usage) for a name that this machine has no table for.
    static func table(named name: String?) throws -> UnsafePointer<tacit_kernels> {
        guard let name else { return best }
        guard let table = tacit_kernels_named(name) else {
            let list = available.joined(separator: ", ")
            throw TacitError(.usage, "no instruction set \"\(name)\" on this machine; there are \(list)")
        }
        return table
    }
}
