Process.prepare()
do {
    var command = try Tacit.parseAsRoot(Process.arguments)
    try command.run()
    Process.exit(0)
} catch {
    ExitStatus.finish(error)
}
