import TacitTestSupport
import Testing

/// What is said of a file that is cut while a program has it mapped, as a converter has its base.
@Suite struct CutFileTests {
    private let folder: TemporaryFolder
    private let program: String

    init() throws {
        folder = try TemporaryFolder()
        let sources = TestPaths.package.appendingPathComponent("Sources/CProgram").path
        let main = try folder.write(
            "main.c",
            """
            #include <fcntl.h>
            #include <sys/mman.h>
            #include <unistd.h>
            #include "CTacitProgram.h"
            int main(int count, char **words) {
                tacit_tell_faults("it");
                const int file = open(words[1], O_RDWR | O_CREAT, 0600);
                if (ftruncate(file, 40960) != 0) return 1;
                const volatile char *bytes = mmap(0, 40960, PROT_READ, MAP_PRIVATE, file, 0);
                if (count > 2) unlink(words[1]);
                if (ftruncate(file, 100) != 0) return 1;
                return bytes[20000];
            }
            """.utf8)
        program = folder.path("program")
        let built = try Clang.run(["-I\(sources)/include", main, "\(sources)/faults.c", "-o", program])
        try #require(built.status == 0, "\(built.standardError)")
    }

    @Test(arguments: ["plain", "with a space", "with\na line", "with \u{1b}[31m", "gone"])
    func isNamed(name: String) throws {
        let path = folder.path(name)
        let outcome = try Executable(path: program).run([path] + (name == "gone" ? ["gone"] : []))
        #expect(outcome.status == 74)
        let shown = path.replacing("\n", with: "\\012").replacing("\u{1b}", with: "?")
        #expect(
            outcome.standardError
                == "it: \(shown)\(name == "gone" ? " (deleted)" : ""): a file that is in use was cut short, or memory "
                + "has failed\n")
    }
}
