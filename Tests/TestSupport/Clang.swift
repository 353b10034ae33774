/// The C compiler that Swift brings along.
public enum Clang {
    /// What the tests run on. Under emulation the compiler is another machine's, and would build for that one.
    #if arch(arm64)
        public static let target = "aarch64-linux-gnu"
    #else
        public static let target = "x86_64-linux-gnu"
    #endif

    public static func run(_ arguments: [String]) throws -> Executable.Outcome {
        try Executable(path: "/usr/bin/env").run(["clang", "--target=\(target)"] + arguments)
    }
}
