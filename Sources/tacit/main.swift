import TacitConsole

Program.main(name: "tacit") { arguments in
    var command = try Tacit.command(arguments)
    try command.run()
} otherwise: { error in
    // Help is output like any other: a disk that has no room for it is an error.
    guard Tacit.exitCode(for: error) == .success else { Tacit.exit(withError: error) }
    do {
        try StandardOutput.shared.write(Array((Tacit.fullMessage(for: error) + "\n").utf8))
        Process.exit(0)
    } catch {
        ExitStatus.finish(error)
    }
}
