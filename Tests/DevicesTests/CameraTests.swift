import TacitDevices
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

/// What a camera's user gets, whatever the camera does; with a camera and a clock that stand in for real ones.
@Suite struct CameraTests {
    /// What came of a script, in words: `number@milliseconds`, `-dropped` where some were.
    private func watch(
        _ steps: [StandInVideo.Step], every: Int = 0, wait: Double = 0, waitLost: Double = 0, stall: Double = 5,
        frozen: Double = 10
    ) throws -> (events: [String], notes: [DeviceNote], device: StandInVideo) {
        let device = StandInVideo(steps)
        var notes: [DeviceNote] = []
        var settings = CameraSettings(
            wish: CameraWish(width: 2, height: 2, isGrey: true), wait: wait, waitLost: waitLost)
        settings.stallSeconds = stall
        settings.frozenSeconds = frozen
        let camera = try Camera(settings, device: device) { notes.append($0) }
        var events: [String] = []
        var due = 0
        do {
            while true {
                switch try camera.read(notBefore: due) {
                case .frame(let stamp):
                    #expect(device.held.isEmpty)
                    let value = camera.frame.pixels[0]
                    events.append(
                        "\(value):\(stamp.index)@\(stamp.time / 1000)" + (stamp.dropped > 0 ? "-\(stamp.dropped)" : ""))
                    if every > 0 { due = every * (stamp.time / every + 1) }
                case .gap(let gap): events.append("\(gap.reason.rawValue) \(gap.length / 1000)@\(gap.end / 1000)")
                case .passed: continue
                case .broken: events.append("broken")
                case .end: return (events, notes, device)
                }
            }
        } catch let error as TacitError {
            events.append("\(error.kind)")
        }
        return (events, notes, device)
    }

    @Test func handsOnEveryFrame() throws {
        let (events, notes, _) = try watch([.frame(7), .frame(8), .frame(9)])
        #expect(events == ["7:0@0", "8:1@33", "9:2@66", "deviceLost"])
        #expect(notes.count == 2)
    }

    @Test func theNewestWins() throws {
        let (events, _, _) = try watch([.frame(1), .burst([2, 3, 4]), .frame(5)])
        #expect(events == ["1:0@0", "4:3@99-2", "5:4@133-2", "deviceLost"])
    }

    @Test func whatTheDriverDroppedCounts() throws {
        let (events, _, _) = try watch([.frame(1), .frame(2, after: 100_000, skips: 2), .frame(3)])
        #expect(events == ["1:0@0", "2:3@100-2", "3:4@133-2", "deviceLost"])
    }

    @Test func whatIsNotWantedIsNotDropped() throws {
        let (events, _, _) = try watch((1...8).map { .frame($0) }, every: 100_000)
        #expect(events == ["1:0@0", "5:4@133", "8:7@233", "deviceLost"])
    }

    @Test func damagedFramesAreLeftOut() throws {
        let (events, notes, _) = try watch([.frame(1), .frame(2, isDamaged: true), .frame(3)])
        #expect(events == ["1:0@0", "3:2@66-1", "deviceLost"])
        #expect(notes.contains(.damaged(frames: 1)))
    }

    @Test func comesBack() throws {
        let (events, notes, device) = try watch(
            [.frame(1), .frame(2), .unplugged(milliseconds: 2000), .frame(3), .frame(4)], waitLost: 10)
        // Looked for four times a second; its first frame comes 33 ms after that.
        #expect(events[..<2] == ["1:0@0", "2:1@33"])
        #expect(events[2].hasPrefix("lost 20"))
        #expect(events[3].hasPrefix("3:2@20") && events[4].hasPrefix("4:3@20"))
        #expect(events.last == "deviceLost" && events.count == 6)
        #expect(notes.contains(.returned))
        #expect(device.opened >= 2)
    }

    /// Stamps that tell nothing, or from another clock, neither stop the stream's time nor shorten what is lost.
    @Test func badStampsDoNotStopTime() throws {
        let (still, _, _) = try watch([.stamped(1, 0), .stamped(2, 0), .stamped(3, 0)])
        #expect(still == ["1:0@0", "2:1@33", "3:2@66", "deviceLost"])
        let (ahead, _, _) = try watch([.frame(1), .stamped(2, 4_000_000_000_000), .frame(3), .frame(4)])
        #expect(ahead == ["1:0@0", "2:1@33", "3:2@66", "4:3@99", "deviceLost"])
        let (back, _, _) = try watch(
            [.frame(1), .frame(2), .unplugged(milliseconds: 2000), .stamped(3, 5), .stamped(4, 33_338)], waitLost: 10)
        #expect(back.count == 6)
        #expect(back[2].hasPrefix("lost 20"))
        #expect(
            back[3].hasPrefix("3:2@20") && back[4].hasPrefix("4:3@20") && back[3].dropFirst(4) < back[4].dropFirst(4))
    }

    @Test func givesUpInTime() throws {
        let (events, notes, _) = try watch([.frame(1), .unplugged(milliseconds: 5000), .frame(2)], waitLost: 3)
        #expect(events == ["1:0@0", "deviceLost"])
        #expect(notes.contains(.lost(cause: 19)))
    }

    @Test func aStalledOneIsOpenedAnew() throws {
        let (events, notes, device) = try watch(
            [.frame(1), .silence(milliseconds: 6000), .frame(2)], waitLost: 60, stall: 5)
        #expect(events.count == 4)
        #expect(events[0] == "1:0@0" && events[1].hasPrefix("stalled 6") && events[2].hasPrefix("2:1@6"))
        #expect(notes.contains(.stalled(seconds: 5)))
        #expect(device.opened == 2)
    }

    @Test func aFrozenOneIsNoticedOnce() throws {
        let steps = (0..<12).map { StandInVideo.Step.frame($0 < 10 ? 5 : UInt8($0), after: 500_000) }
        let (events, notes, _) = try watch(steps, frozen: 2)
        #expect(events.count == 13)
        #expect(notes.filter { $0 == .frozen(seconds: 2) }.count == 1)
        #expect(notes.filter { $0 == .moving }.count == 1)
    }

    @Test func waitsAtTheStart() throws {
        final class Late: VideoDevice {
            let inner = StandInVideo([.frame(1)])
            var attempts = 0
            func open(_ wish: CameraWish) throws -> VideoStream {
                attempts += 1
                guard attempts > 3 else { throw TacitError(.deviceUnavailable, "no such camera") }
                return try inner.open(wish)
            }
            func take(milliseconds: Int) -> VideoResult { inner.take(milliseconds: milliseconds) }
            func bytes(of buffer: VideoBuffer) -> UnsafeRawBufferPointer { inner.bytes(of: buffer) }
            func giveBack(_ buffer: VideoBuffer) { inner.giveBack(buffer) }
            func close() { inner.close() }
            var now: Int { inner.now }
            func sleep(milliseconds: Int) { inner.sleep(milliseconds: milliseconds) }
        }
        let wish = CameraWish(width: 2, height: 2, isGrey: true)
        var notes: [DeviceNote] = []
        _ = try Camera(CameraSettings(wish: wish, wait: 5), device: Late()) { notes.append($0) }
        #expect(notes.first == .waiting(reason: "no such camera") && notes.count == 2)
        let error = thrown(TacitError.self) {
            try Camera(CameraSettings(wish: wish, wait: 0.1), device: Late()) { _ in }
        }
        #expect(error?.kind == .deviceUnavailable)
        // Endless waits are none too long.
        _ = try Camera(CameraSettings(wish: wish, wait: .infinity, waitLost: .infinity), device: Late()) { _ in }
    }

    private func best(_ wish: CameraWish, _ modes: [(PixelFormat, Int, Int, Double?)]) -> String? {
        let modes = modes.map { CameraMode(format: $0.0, width: $0.1, height: $0.2, rate: $0.3) }
        return wish.best(of: modes).map { "\($0)" }
    }

    /// What a common webcam offers: the larger uncompressed sizes are slow, since USB is.
    private static let webcam: [(PixelFormat, Int, Int, Double?)] = [
        (.mjpeg, 640, 480, 30), (.mjpeg, 1280, 720, 30), (.mjpeg, 320, 240, 30), (.yuyv, 640, 480, 30),
        (.yuyv, 1280, 720, 9), (.yuyv, 320, 240, 30), (.yuyv, 320, 240, 15), (.yuyv, 160, 120, 30),
    ]

    @Test func choosesTheCheapestMode() {
        let small = CameraWish(width: 32, height: 32, isGrey: false)
        #expect(best(small, Self.webcam) == "YUYV 160x120 at 30 frames a second")
        let large = CameraWish(width: 600, height: 600, isGrey: false)
        // Large enough and fast enough, though it is compressed.
        #expect(best(large, Self.webcam) == "MJPG 1280x720 at 30 frames a second")
        let medium = CameraWish(width: 224, height: 224, isGrey: false)
        #expect(best(medium, Self.webcam) == "YUYV 320x240 at 30 frames a second")
    }

    @Test func neverSlowByAccident() {
        let wish = CameraWish(width: 32, height: 32, isGrey: false)
        #expect(
            best(wish, [(.yuyv, 640, 480, 9), (.mjpeg, 640, 480, 30), (.yuyv, 160, 120, 5)])
                == "MJPG 640x480 at 30 frames a second")
        // Where all are slow, the fastest.
        #expect(best(wish, [(.yuyv, 640, 480, 9), (.yuyv, 160, 120, 5)]) == "YUYV 640x480 at 9 frames a second")
        // Faster than needed costs more.
        #expect(
            best(wish, [(.yuyv, 160, 120, 120), (.yuyv, 160, 120, 29.97)])
                == "YUYV 160x120 at 29.97 frames a second")
        #expect(best(wish, [(.nv12, 320, 240, nil), (.yuyv, 320, 240, nil)]) == "NV12 320x240")
    }

    @Test func greyOnlyForGreyModels() {
        let modes: [(PixelFormat, Int, Int, Double?)] = [(.grey, 160, 120, 30), (.yuyv, 320, 240, 30)]
        #expect(
            best(CameraWish(width: 28, height: 28, isGrey: true), modes) == "GREY 160x120 at 30 frames a second")
        #expect(
            best(CameraWish(width: 28, height: 28, isGrey: false), modes) == "YUYV 320x240 at 30 frames a second")
        #expect(
            best(CameraWish(width: 28, height: 28, isGrey: false), [modes[0]]) == "GREY 160x120 at 30 frames a second")
    }

    @Test func obeysWhatIsAskedFor() {
        let wish = CameraWish(width: 32, height: 32, isGrey: false, format: .mjpeg, size: (1280, 720))
        #expect(best(wish, Self.webcam) == "MJPG 1280x720 at 30 frames a second")
        #expect(best(CameraWish(width: 32, height: 32, isGrey: false, format: .nv12), Self.webcam) == nil)
        #expect(best(CameraWish(width: 32, height: 32, isGrey: false), []) == nil)
    }
}
