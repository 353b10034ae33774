import Foundation
import TacitTestSupport
import Testing

/// A program that loads the library itself, and closes it again.
@Suite struct ClosedLibraryTests {
    /// The thread that used the library ends when it is closed already.
    private static let program = """
        #include <dlfcn.h>
        #include <pthread.h>
        #include <tacit.h>

        static void *use(void *path) {
            void *library = dlopen(path, RTLD_NOW);
            if (!library) return path;
            __typeof__(tacit_create) *create = dlsym(library, "tacit_create");
            __typeof__(tacit_load) *load = dlsym(library, "tacit_load");
            __typeof__(tacit_close) *close = dlsym(library, "tacit_close");
            tacit_handle *handle = create();
            load(handle, "/nowhere.gguf");
            close(handle);
            return dlclose(library) ? path : NULL;
        }

        int main(int count, char **arguments) {
            pthread_t thread;
            void *failed = arguments;
            if (count == 2 && !pthread_create(&thread, NULL, use, arguments[1])) pthread_join(thread, &failed);
            return failed != NULL;
        }

        """

    @Test func aThreadEndsAfterTheLibraryWasClosed() throws {
        let folder = try TemporaryFolder()
        let source = try folder.write("use.c", Self.program.utf8)
        let include = TestPaths.package.appendingPathComponent("Sources/CInterface/include").path
        let compiled = try Clang.run(["-I", include, source, "-ldl", "-lpthread", "-o", folder.path("use")])
        try #require(compiled.status == 0, "\(compiled.standardError)")
        let library = TestPaths.products.appendingPathComponent("libTacitInterface.so").path
        #expect(try Executable(path: folder.path("use")).run([library]).status == 0)
    }
}
