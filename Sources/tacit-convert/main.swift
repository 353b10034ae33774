import ArgumentParser
import TacitConsole

/// No subcommand of the parser's: `tacit-convert` itself has options that must be there.
enum Command {
    static var isComparison: Bool { Process.arguments.first == CompareCommand.name }

    static func parse(_ arguments: [String]) throws -> any ParsableCommand {
        isComparison
            ? try CompareCommand.parseAsRoot(Array(arguments.dropFirst())) : try ConvertCommand.parseAsRoot(arguments)
    }
}

Program.main(name: "tacit-convert") { arguments in
    var command = try Command.parse(arguments)
    try command.run()
} otherwise: { error in
    Command.isComparison ? CompareCommand.exit(withError: error) : ConvertCommand.exit(withError: error)
}
