import Glibc
import TacitDiagnostics
import TacitTestSupport
import Testing

/// Names that are any bytes, as strings and back.
@Suite struct SystemPathTests {
    private func string(_ bytes: [UInt8]) -> String {
        SystemPath.string(bytes.map { CChar(bitPattern: $0) } + [0])
    }

    private func bytes(_ path: String) -> [UInt8] {
        SystemPath.withBytes(path) { name in (0..<strlen(name)).map { UInt8(bitPattern: name[$0]) } }
    }

    @Test func whatIsUTF8StandsAsItIs() {
        for name in ["", "a b", "ä", "e\u{301}", "日本", "\u{1f600}"] {
            let told = string(Array(name.utf8))
            #expect(told.utf8.elementsEqual(name.utf8) && SystemPath.isText(told))
            #expect(SystemPath.printable(told) == name)
        }
    }

    /// Among them halves of characters, characters that are spelt too long, and what stands for such bytes itself.
    @Test func anyBytesAreThoseBytesAgain() {
        var random = RandomNumbers(seed: 1)
        let pieces: [[UInt8]] = [
            [0x61], [0x2f], [0x80], [0xff], [0xc3], [0xc3, 0xa4], [0xe2, 0x82], [0xe2, 0x82, 0xac], [0xc0, 0xaf],
            [0xed, 0xa0, 0x80], [0xf4, 0x8f, 0xba, 0x80], [0xf4, 0x8f, 0xbb, 0xbf], [0xf4, 0x90, 0x80, 0x80],
            [0xcc, 0x81],
        ]
        var texts = (1...255).map { [UInt8($0)] }
        for _ in 0..<2000 { texts.append((0..<8).flatMap { _ in pieces[random.integer(below: pieces.count)] }) }
        for text in texts {
            let told = string(text)
            #expect(bytes(told) == text)
            let whole = String(validating: text, as: UTF8.self)
            #expect(SystemPath.isText(told) == (whole.map { $0 == told } ?? false))
        }
    }

    @Test func aByteThatIsNoTextIsMarkedForPeople() {
        let name = string([0x61, 0xff, 0x62])
        #expect(!SystemPath.isText(name) && SystemPath.printable(name) == "a\u{fffd}b")
    }

    @Test func theSystemKnowsSuchAFile() throws {
        let folder = try TemporaryFolder()
        let name = string([0x61, 0xff, 0xc3])
        let path = "\(folder.path)/\(name)"
        let descriptor = SystemPath.withBytes(path) { open($0, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) }
        try #require(descriptor >= 0)
        close(descriptor)
        #expect(SystemPath.kind(path) == S_IFREG)
        let names = try FolderListing.names(in: folder.path)
        #expect(names == [name])
        let resolved = try #require(SystemPath.resolved(path))
        #expect(SystemPath.areSame(SystemPath.name(of: resolved), name))
        SystemPath.withBytes(path) { _ = unlink($0) }
        #expect(SystemPath.kind(path) == nil && SystemPath.resolved(path) == nil)
    }

    /// The system would end it there, and take another file for it.
    @Test func aPathWithAZeroWithinIsNobodys() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a", [])
        #expect(SystemPath.kind(path) == S_IFREG && SystemPath.kind("\(path)\0.png") == nil)
        #expect(bytes("\(path)\0") == [] && bytes("\0") == [])
    }

    @Test func namesAndFolders() {
        for (path, folder, name, short) in [
            ("a", ".", "a", "a"), ("/a", "/", "a", "a"), ("b/a", "b", "a", "a"), ("/b/a/", "/b/a", "", "a"),
            ("/", "/", "", "/"), ("b/\u{301}a", "b", "\u{301}a", "\u{301}a"),
        ] {
            #expect(SystemPath.areSame(SystemPath.folder(of: path), folder), "\(path)")
            #expect(SystemPath.areSame(SystemPath.name(of: path), name), "\(path)")
            #expect(SystemPath.areSame(SystemPath.shortName(of: path), short), "\(path)")
        }
        #expect(SystemPath.ofFile("-") == "./-" && SystemPath.ofFile("a-") == "a-")
        // The same letter, in other bytes.
        #expect(!SystemPath.areSame("\u{e4}", "a\u{308}"))
    }

    @Test func whereWhatIsWrittenGoes() throws {
        let folder = try TemporaryFolder()
        #expect(symlink("two", folder.path("one")) == 0 && symlink("three", folder.path("two")) == 0)
        #expect(symlink("ring", folder.path("ring")) == 0)
        #expect(SystemPath.link(folder.path("one")) == "two" && SystemPath.link(folder.path) == nil)
        #expect(SystemPath.target(of: folder.path("one")) == folder.path("three"))
        let file = try folder.write("three", [])
        #expect(SystemPath.target(of: folder.path("one")) == SystemPath.resolved(file))
        #expect(SystemPath.target(of: folder.path("none")) == folder.path("none"))
        // Neither hangs nor finds anything.
        #expect(SystemPath.target(of: folder.path("ring")) == folder.path("ring"))
    }
}
