import TacitConsole

Program.main(name: "tacit", holdsHangUp: Process.arguments.first == "run") { arguments in
    var command = try Tacit.command(arguments)
    try command.run()
} otherwise: { error in
    guard Tacit.exitCode(for: error) == .success else { Tacit.exit(withError: error) }
    Program.end(telling: Tacit.fullMessage(for: error))
}
