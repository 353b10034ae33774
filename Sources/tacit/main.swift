import TacitConsole

Program.main(name: "tacit") { arguments in
    var command = try Tacit.command(arguments)
    try command.run()
} otherwise: { error in
    Tacit.exit(withError: error)
}
