import TacitConsole

Program.main(name: "tacit") { arguments in
    var command = try Tacit.parseAsRoot(arguments)
    try command.run()
} otherwise: { error in
    Tacit.exit(withError: error)
}
