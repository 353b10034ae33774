import Glibc
import TacitDiagnostics

/// A moment on the wall clock, UTC.
package struct WallTime {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package let milliseconds: Int

    package init(milliseconds: Int) { self.milliseconds = milliseconds }

    package static func now() -> WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
    }

    /// The time of day where this machine stands.
    package var local: (hour: Int, minute: Int, second: Int) {
        var seconds = milliseconds / 1000
        var parts = tm()
        localtime_r(&seconds, &parts)
        return (Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec))
    }

    /// ISO 8601, `2026-01-31T23:59:59.123Z`. Done here because the C library's own may allocate.
    package func write(to buffer: inout ByteBuffer) {
        write(to: &buffer, betweenDates: UInt8(ascii: "-"), betweenTimes: UInt8(ascii: ":"))
    }

    /// ISO 8601's basic format, for names of files: `20260131T235959.123Z`.
    package func writeBasic(to buffer: inout ByteBuffer) { write(to: &buffer, betweenDates: nil, betweenTimes: nil) }

    /// Whether a text has the shape of what `writeBasic` makes, whether it is a moment or not.
    package static func isBasic(_ text: some Sequence<UInt8>) -> Bool {
        text.map { $0.isASCIIDigit ? UInt8(ascii: "0") : $0 }
            .elementsEqual("00000000T000000.000Z".utf8)
    }

    /// From ISO 8601's basic format as `writeBasic` makes it; nil for any other text, and for what is no moment.
    package init?(basic text: some Sequence<UInt8>) {
        let bytes = Array(text)
        guard Self.isBasic(bytes) else { return nil }
        func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 * 10 + Int($1) - 0x30 } }
        let (year, month, day) = (number(0..<4), number(4..<6), number(6..<8))
        let (hour, minute, second) = (number(9..<11), number(11..<13), number(13..<15))
        guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60 else { return nil }
        let time = ((hour * 60 + minute) * 60 + second) * 1000 + number(16..<19)
        milliseconds = Self.days(year: year, month: month, day: day) * 86_400_000 + time
    }

    /// Days since 1970-01-01, in UTC.
    package var day: Int { milliseconds.flooredQuotientAndRemainder(dividingBy: 86_400_000).0 }

    private func write(to buffer: inout ByteBuffer, betweenDates dash: UInt8?, betweenTimes colon: UInt8?) {
        let (days, millisecondOfDay) = milliseconds.flooredQuotientAndRemainder(dividingBy: 86_400_000)
        let (year, month, day) = Self.date(days: days)
        buffer.append(year, digits: 4)
        if let dash { buffer.append(dash) }
        buffer.append(month, digits: 2)
        if let dash { buffer.append(dash) }
        buffer.append(day, digits: 2)
        buffer.append(UInt8(ascii: "T"))
        buffer.append(millisecondOfDay / 3_600_000, digits: 2)
        if let colon { buffer.append(colon) }
        buffer.append(millisecondOfDay / 60_000 % 60, digits: 2)
        if let colon { buffer.append(colon) }
        buffer.append(millisecondOfDay / 1000 % 60, digits: 2)
        buffer.append(UInt8(ascii: "."))
        buffer.append(millisecondOfDay % 1000, digits: 3)
        buffer.append(UInt8(ascii: "Z"))
    }

    /// The days from 1970-01-01 to a Gregorian date: what `date` does, the other way.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredQuotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The Gregorian date `days` after 1970-01-01. Years are counted from 1 March, so that the leap day comes last, in
    /// eras of 400 years (146,097 days).
    private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, day) = (days + 719_468).flooredQuotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (
            era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        )
    }
}

extension Int {
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int) -> (Int, Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
