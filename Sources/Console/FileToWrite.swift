/// The name of a file that an option has a program write.
package enum FileToWrite {
    /// Why no file of that name can be written, as a line for wrong usage; nil where one can.
    ///
    /// `-` is refused since elsewhere it stands for standard output, and a file called so would be hard to find.
    package static func fault(of path: String, _ option: String) -> String? {
        if path == "-" { return "\(option) must name a file: ./- is one that is called so" }
        return path.isEmpty || path.hasSuffix("/") ? "\(option) must name a file" : nil
    }
}
