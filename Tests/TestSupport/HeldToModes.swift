import Foundation

/// Runs that may read, write and enter only what the modes of files allow, also where the tests run as root.
extension Executable {
    /// Whether such runs are to be had: root needs the right to give its rights away.
    public static let canBeHeldToModes = (try? shell.runHeldToModes(["-c", ":"]).status) == 0

    public func runHeldToModes(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:], folder: String? = nil
    ) throws -> Outcome {
        guard geteuid() == 0 else {
            return try run(arguments, input: input, environment: environment, folder: folder)
        }
        return try Executable(path: "/usr/bin/setpriv").run(
            ["--bounding-set=-dac_override,-dac_read_search", path] + arguments, input: input,
            environment: environment, folder: folder)
    }
}
