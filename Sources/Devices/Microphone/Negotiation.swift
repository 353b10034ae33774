import CTacitALSA
import TacitDiagnostics
import TacitMedia

/// Agrees on a format with an open PCM, by narrowing what it can do step by step, so that no choice rules out the last.
///
/// Asked first: 16 bits, one channel, the wanted rate, periods of 1/40 s. Where the device can't, the rate decides
/// first, then the encoding, then the channels. ALSA's own rate conversion is kept out (it interpolates linearly by
/// default): what has another rate goes through our resampler.
struct Negotiation: ~Copyable {
    private let handle: OpaquePointer
    private let parameters: OpaquePointer

    /// The device's buffer, in periods: half a second. A capture thread that is late by less loses nothing.
    private static let periodsInBuffer = 20
    /// Larger periods are refused: a buffer of ours has to hold one.
    private static let longestPeriod = 1 << 20

    init(_ handle: OpaquePointer) throws {
        var parameters: OpaquePointer?
        try ALSAFailure.check(snd_pcm_hw_params_malloc(&parameters))
        guard let parameters else { throw ALSAFailure(code: 0) }
        self.handle = handle
        self.parameters = parameters
    }

    deinit { snd_pcm_hw_params_free(parameters) }

    /// - Parameter wakeSeconds: how often the reader is to be woken: for as many periods as come in that time.
    consuming func agree(sampleRate: Int, isFixed: Bool, wakeSeconds: Double) throws -> CaptureFormat {
        try ALSAFailure.check(snd_pcm_hw_params_any(handle, parameters))
        try ALSAFailure.check(snd_pcm_hw_params_set_rate_resample(handle, parameters, 0))
        guard snd_pcm_hw_params_set_access(handle, parameters, SND_PCM_ACCESS_RW_INTERLEAVED) >= 0 else {
            throw TacitError(.deviceUnavailable, "the microphone can't be read frame by frame")
        }
        let rate = try agreeRate(sampleRate, isFixed: isFixed)
        let encoding = try agreeEncoding()
        let channels = try agreeChannels()
        let (period, buffer) = try agreeSizes(rate: rate)
        try ALSAFailure.check(snd_pcm_hw_params(handle, parameters))
        let periods = Int(min(wakeSeconds * Double(rate), Double(buffer / 4))) / period
        try setWakeUps(frames: period * max(1, periods))
        return CaptureFormat(encoding: encoding, channels: channels, sampleRate: rate, period: period, buffer: buffer)
    }

    /// What the device can do, in words for a list; empty when it doesn't tell.
    consuming func capabilities() -> [String] {
        guard snd_pcm_hw_params_any(handle, parameters) >= 0 else { return [] }
        _ = snd_pcm_hw_params_set_rate_resample(handle, parameters, 0)
        var rates: (UInt32, UInt32) = (0, 0)
        var channels: (UInt32, UInt32) = (0, 0)
        snd_pcm_hw_params_get_rate_min(parameters, &rates.0, nil)
        snd_pcm_hw_params_get_rate_max(parameters, &rates.1, nil)
        snd_pcm_hw_params_get_channels_min(parameters, &channels.0)
        snd_pcm_hw_params_get_channels_max(parameters, &channels.1)
        func range(_ ends: (UInt32, UInt32)) -> String { ends.0 == ends.1 ? "\(ends.0)" : "\(ends.0)-\(ends.1)" }
        return SampleEncoding.allCases.filter {
            snd_pcm_hw_params_test_format(handle, parameters, $0.alsaFormat) >= 0
        }.map { "\($0.name) \(range(channels)) ch \(range(rates)) Hz" }
    }

    private borrowing func agreeRate(_ wanted: Int, isFixed: Bool) throws -> Int {
        // Whole multiples first: they are the usual ones of a card, and the cheapest to come down from.
        for multiple in isFixed ? 1...1 : 1...6 {
            let rate = UInt32(clamping: wanted * multiple)
            if snd_pcm_hw_params_set_rate(handle, parameters, rate, 0) >= 0 { return Int(rate) }
        }
        guard !isFixed else {
            throw TacitError(.deviceUnavailable, "the microphone no longer gives \(wanted) Hz")
        }
        // The lowest rate above, or else the highest there is.
        var least = UInt32(clamping: wanted)
        if snd_pcm_hw_params_set_rate_min(handle, parameters, &least, nil) >= 0 {
            var rate: UInt32 = 0
            try ALSAFailure.check(snd_pcm_hw_params_set_rate_first(handle, parameters, &rate, nil))
            return Int(rate)
        }
        var rate: UInt32 = 0
        try ALSAFailure.check(snd_pcm_hw_params_set_rate_last(handle, parameters, &rate, nil))
        guard rate > 0 else { throw TacitError(.deviceUnavailable, "the microphone has no sample rate") }
        return Int(rate)
    }

    private borrowing func agreeEncoding() throws -> SampleEncoding {
        for encoding in SampleEncoding.allCases
        where snd_pcm_hw_params_set_format(handle, parameters, encoding.alsaFormat) >= 0 {
            return encoding
        }
        let names = SampleEncoding.allCases.map(\.name).joined(separator: ", ")
        throw TacitError(.deviceUnavailable, "the microphone has none of the formats \(names)")
    }

    private borrowing func agreeChannels() throws -> Int {
        if snd_pcm_hw_params_set_channels(handle, parameters, 1) >= 0 { return 1 }
        var channels: UInt32 = 0
        try ALSAFailure.check(snd_pcm_hw_params_set_channels_first(handle, parameters, &channels))
        guard (1...SoundSources.maximumChannels).contains(Int(channels)) else {
            throw TacitError(
                .deviceUnavailable, "\(channels) channels, expected at most \(SoundSources.maximumChannels)")
        }
        return Int(channels)
    }

    private borrowing func agreeSizes(rate: Int) throws -> (period: Int, buffer: Int) {
        var period = snd_pcm_uframes_t(max(1, rate / 40))
        try ALSAFailure.check(snd_pcm_hw_params_set_period_size_near(handle, parameters, &period, nil))
        guard (1...Self.longestPeriod).contains(Int(clamping: period)) else {
            throw TacitError(.deviceUnavailable, "the microphone has periods of \(period) frames")
        }
        var buffer = period * snd_pcm_uframes_t(Self.periodsInBuffer)
        try ALSAFailure.check(snd_pcm_hw_params_set_buffer_size_near(handle, parameters, &buffer))
        return (Int(period), Int(clamping: buffer))
    }

    /// Wakes the reader once so much is there.
    private borrowing func setWakeUps(frames: Int) throws {
        var software: OpaquePointer?
        try ALSAFailure.check(snd_pcm_sw_params_malloc(&software))
        guard let software else { return }
        defer { snd_pcm_sw_params_free(software) }
        try ALSAFailure.check(snd_pcm_sw_params_current(handle, software))
        try ALSAFailure.check(snd_pcm_sw_params_set_avail_min(handle, software, snd_pcm_uframes_t(frames)))
        try ALSAFailure.check(snd_pcm_sw_params(handle, software))
    }
}

extension SampleEncoding {
    var alsaFormat: snd_pcm_format_t {
        switch self {
        case .signed16: SND_PCM_FORMAT_S16_LE
        case .signed32: SND_PCM_FORMAT_S32_LE
        case .float32: SND_PCM_FORMAT_FLOAT_LE
        case .signed24Packed: SND_PCM_FORMAT_S24_3LE
        case .signed24: SND_PCM_FORMAT_S24_LE
        }
    }
}
