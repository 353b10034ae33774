import Foundation
import Synchronization
import TacitLive
import TacitTestSupport
import Testing

/// The machine's time zone while a stream runs.
@Suite struct ZoneWatchTests {
    @Test func isReadAgainOnlyWhenItHasChanged() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("localtime")
        let count = Mutex(0)
        func read() -> Int { count.withLock { $0 } }
        /// As whoever sets a zone does: another file in its place.
        func set(_ words: String, time: Int) throws {
            let fresh = try folder.write("fresh", words.utf8)
            var times = [timespec(tv_sec: time, tv_nsec: 0), timespec(tv_sec: time, tv_nsec: 0)]
            try #require(utimensat(AT_FDCWD, fresh, &times, 0) == 0)
            try #require(rename(fresh, path) == 0)
        }
        let watch = ZoneWatch(file: path) { count.withLock { $0 += 1 } }
        watch.look()
        #expect(read() == 0)
        try set("one", time: 1000)
        for _ in 0..<3 { watch.look() }
        #expect(read() == 1)
        try set("two", time: 2000)
        for _ in 0..<3 { watch.look() }
        #expect(read() == 2)
        unlink(path)
        watch.look()
        #expect(read() == 2)
    }
}
