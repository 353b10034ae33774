/// What a kind of input consists of, said once: its fields as `tacit.json`, the model file and `tacit show` have them,
/// its sizes, and what it may hold. How it becomes patches is a front end's.
package protocol InputKind: Equatable, Sendable {
    /// As `kind` in `tacit.json` and in the model file.
    static var name: StaticString { get }
    static var sense: InputSense { get }
    /// Before its fields are read.
    static var blank: Self { get }
    /// Shows its fields to `visitor`, in the order in which they are read and written.
    ///
    /// `Failure` has a name of its own since Swift 6.0 does not find `Visitor.Failure` in a requirement.
    mutating func visit<Failure: Error, Visitor: InputVisitor>(_ visitor: inout Visitor) throws(Failure)
    where Visitor.Failure == Failure

    /// Elements of one flattened patch; for tokens, ids (one a codebook).
    var patchSize: Int { get }
    /// Patches that make one context.
    var window: Int { get }
    /// The description that it is.
    var input: InputDescription { get }
    /// Itself, if it is cut from sound.
    var sound: (any SoundInput)? { get }
    /// For people, on one line.
    var words: String { get }

    /// Checks every size against `ModelLimits`. Nothing is computed from an input before this has passed.
    ///
    /// - Throws: `TacitError` of kind `badData`; its place is the field's name in the metadata.
    func validate() throws
}

/// A kind of input that is cut from a stream of samples. Patch j covers the samples from `j * samplesPerStride` to one
/// before `j * samplesPerStride + samplesPerPatch`.
package protocol SoundInput: InputKind {
    /// Hertz.
    var sampleRate: Int { get }
    var samplesPerPatch: Int { get }
    var samplesPerStride: Int { get }
}

/// What is done with the fields of an input, one after another: they are read, written or listed.
package protocol InputVisitor {
    associatedtype Failure: Error

    /// A positive integer.
    ///
    /// - Parameters:
    ///   - name: the field's.
    ///   - value: read or set.
    ///   - standard: the field before it whose value it has where an adapter does not say otherwise; nil if one must.
    mutating func size(
        _ name: StaticString, _ value: inout Int, standard: (name: StaticString, value: Int)?
    ) throws(Failure)
    mutating func number(_ name: StaticString, _ value: inout Double) throws(Failure)
    mutating func numbers(_ name: StaticString, _ values: inout [Double]) throws(Failure)
}

extension InputVisitor {
    mutating func size(_ name: StaticString, _ value: inout Int) throws(Failure) {
        try size(name, &value, standard: nil)
    }
}

/// Where an input's fields are read from.
package protocol InputReader {
    /// - Parameters:
    ///   - name: the field's.
    ///   - standard: what to take where the field is not there; nil refuses that.
    func size(_ name: String, standard: Int?) throws -> Int
    func number(_ name: String) throws -> Double
    func numbers(_ name: String) throws -> [Double]
}

/// What an input's fields are written to.
package protocol InputWriter {
    mutating func size(_ name: StaticString, _ value: Int)
    mutating func number(_ name: StaticString, _ value: Double)
    mutating func numbers(_ name: StaticString, _ values: [Double])
}

extension SoundInput {
    package static var sense: InputSense { .sound }
    package var sound: (any SoundInput)? { self }
}

extension InputKind {
    package var sound: (any SoundInput)? { nil }

    /// The names of its fields.
    package static var keys: [String] { names.fields }
    /// The names of those that others default to.
    package static var standards: [String] { names.standards }

    private static var names: FieldNames {
        var names = FieldNames()
        var blank = Self.blank
        blank.visit(&names)
        return names
    }

    /// Not validated.
    package init(reading reader: some InputReader) throws {
        self = .blank
        var fields = FieldReading(reader: reader)
        try visit(&fields)
    }

    package func write<Writer: InputWriter>(to writer: inout Writer) {
        var fields = FieldWriting(writer: writer)
        var input = self
        input.visit(&fields)
        writer = fields.writer
    }
}

private struct FieldNames: InputVisitor {
    typealias Failure = Never

    var fields: [String] = []
    var standards: [String] = []

    mutating func size(_ name: StaticString, _ value: inout Int, standard: (name: StaticString, value: Int)?) {
        fields.append(name.description)
        if let standard { standards.append(standard.name.description) }
    }
    mutating func number(_ name: StaticString, _ value: inout Double) { fields.append(name.description) }
    mutating func numbers(_ name: StaticString, _ values: inout [Double]) { fields.append(name.description) }
}

private struct FieldReading<Reader: InputReader>: InputVisitor {
    typealias Failure = any Error

    let reader: Reader

    func size(_ name: StaticString, _ value: inout Int, standard: (name: StaticString, value: Int)?) throws {
        value = try reader.size(name.description, standard: standard?.value)
    }
    func number(_ name: StaticString, _ value: inout Double) throws { value = try reader.number(name.description) }
    func numbers(_ name: StaticString, _ values: inout [Double]) throws {
        values = try reader.numbers(name.description)
    }
}

private struct FieldWriting<Writer: InputWriter>: InputVisitor {
    typealias Failure = Never

    var writer: Writer

    mutating func size(_ name: StaticString, _ value: inout Int, standard: (name: StaticString, value: Int)?) {
        writer.size(name, value)
    }
    mutating func number(_ name: StaticString, _ value: inout Double) { writer.number(name, value) }
    mutating func numbers(_ name: StaticString, _ values: inout [Double]) { writer.numbers(name, values) }
}
