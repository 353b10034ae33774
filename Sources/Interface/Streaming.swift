import CTacitInterface
import TacitCore
import TacitDiagnostics
import TacitLive

@_cdecl("tacit_begin")
public func begin(_ handle: OpaquePointer?, _ settings: UnsafePointer<tacit_stream_settings>?) -> Int32 {
    perform(handle) { handle in
        let (rate, hop, own) = try own(settings)
        var settings = own
        if let hop { settings.hop = hop }
        try handle.begin(sampleRate: rate, settings: settings)
    }
}

@_cdecl("tacit_begin_pictures")
public func beginPictures(
    _ handle: OpaquePointer?, _ settings: UnsafePointer<tacit_stream_settings>?, _ rate: Double
) -> Int32 {
    perform(handle) { handle in
        let (sampleRate, hop, own) = try own(settings)
        guard sampleRate == nil else { throw TacitError(.usage, "a sample rate, which pictures have not") }
        var settings = own
        settings.every = hop
        try handle.begin(pictureRate: rate == 0 ? 25 : rate, settings: settings)
    }
}

/// What C says of a stream; nil for what it leaves alone.
private func own(
    _ settings: UnsafePointer<tacit_stream_settings>?
) throws -> (sampleRate: Int?, hop: Double?, StreamSettings) {
    var own = StreamSettings()
    guard let settings = settings?.pointee else { return (nil, nil, own) }
    try requireSize(settings.size, of: tacit_stream_settings.self, "tacit_stream_settings")
    if settings.threads != 0 { own.threads = Int(settings.threads) }
    if settings.threshold != 0 { own.threshold = settings.threshold }
    if settings.off_below != 0 { own.offBelow = Double(settings.off_below) }
    if settings.smooth != 0 { own.smooth = settings.smooth }
    if settings.on_after != 0 { own.onAfter = settings.on_after }
    if settings.off_after != 0 { own.offAfter = settings.off_after }
    let counts = EngineSettings.threadCounts
    guard counts.contains(own.threads) else {
        throw TacitError(.usage, "\(own.threads) threads, expected 0 to \(counts.upperBound)")
    }
    return (
        settings.sample_rate == 0 ? nil : Int(settings.sample_rate), settings.hop == 0 ? nil : settings.hop, own
    )
}

@_cdecl("tacit_push")
public func push(
    _ handle: OpaquePointer?, _ samples: UnsafePointer<Float>?, _ count: Int, _ taken: UnsafeMutablePointer<Int>?
) -> Int32 {
    taken?.pointee = 0
    return call(handle) { handle in
        let taken = try require(taken, "taken")
        return try handle.push(elements(samples, count, "the samples"), taken: &taken.pointee)
    }
}

@_cdecl("tacit_push_picture")
public func pushPicture(
    _ handle: OpaquePointer?, _ pixels: UnsafePointer<UInt8>?, _ width: Int, _ height: Int, _ channels: Int,
    _ stride: Int, _ time: Double
) -> Int32 {
    call(handle) { try $0.push(view(pixels, width, height, channels, stride), at: time == -1 ? nil : time) }
}

@_cdecl("tacit_skip")
public func skip(_ handle: OpaquePointer?, _ count: Int) -> Int32 {
    perform(handle) { handle in
        guard count >= 0 else { throw TacitError(.usage, "\(UInt(bitPattern: count)) of them can't be lost") }
        try handle.skip(count)
    }
}

@_cdecl("tacit_finish")
public func finish(_ handle: OpaquePointer?) -> Int32 { call(handle) { try $0.finish() } }

@_cdecl("tacit_next_event")
public func nextEvent(
    _ handle: OpaquePointer?, _ event: UnsafeMutablePointer<tacit_event>?, _ found: UnsafeMutablePointer<Int32>?
) -> Int32 {
    found?.pointee = 0
    return perform(handle) { handle in
        let event = try require(event, "the event")
        let found = try require(found, "found")
        _ = try handle.model()
        guard let next = handle.result.nextEvent() else { return }
        event.pointee = tacit_event(
            is_on: next.state == .on ? 1 : 0,
            label: tacit_label(index: next.label, score: next.score, name: try handle.name(ofLabel: next.label)),
            time: next.time)
        found.pointee = 1
    }
}
