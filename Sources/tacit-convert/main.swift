import TacitConsole

Program.main(name: "tacit-convert") { arguments in
    var command = try ConvertCommand.parseAsRoot(arguments)
    try command.run()
} otherwise: { error in
    ConvertCommand.exit(withError: error)
}
