import TacitDiagnostics
import TacitEvaluation
import TacitSettings
import TacitText

extension FuzzTarget {
    /// What a file of settings or a data set may say.
    static let data = [
        FuzzTarget("settings") { bytes in
            let reader = SettingsReader(Array(bytes))
            if let fault = reader.faults.first { throw fault }
        },
        FuzzTarget("csv") { bytes in
            try MemoryFile.with(bytes) { _, path in
                let table = try CommaSeparatedValues(path: path)
                for row in table.rows { _ = try table.fileName(row, 0) }
            }
        },
        FuzzTarget("idx") { bytes in
            try MemoryFile.with(bytes) { _, path in
                let file = try IDXFile(path: path, dimensions: 3)
                precondition(file.shape.reduce(1, *) == file.bytes.count, "as many elements as the header says")
            }
        },
        FuzzTarget("shell-words") { bytes in
            guard let words = ShellWords.split(String(decoding: bytes, as: UTF8.self)) else {
                throw TacitError(.usage, "a quote is not closed")
            }
            precondition(words.reduce(0) { $0 + $1.utf8.count } <= 3 * bytes.count, "words come from the text")
        },
    ]
}
