// One target under libFuzzer: TacitFuzzer TARGET [libFuzzer's options and folders], or no argument for a list of targets.
// `tools/fuzz/run` builds and runs it. TacitFuzzer TARGET --outcomes FILE... says what becomes of files.
import Glibc
import TacitFuzzTargets

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

guard let name = CommandLine.arguments.dropFirst().first else {
    for target in FuzzTarget.all { print(target.name, target.longest) }
    exit(0)
}
guard let target = FuzzTarget.named(name) else {
    print("no target is called \(name)")
    exit(64)
}
chosen = target

if CommandLine.arguments.dropFirst(2).first == "--outcomes" {
    for path in CommandLine.arguments.dropFirst(3) {
        guard let file = fopen(path, "rb") else {
            print("\(path): can't be read")
            exit(66)
        }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
        fclose(file)
        print("\(path): \(bytes.withUnsafeBytes { target.run($0) })")
    }
    exit(0)
}

// The driver knows nothing of the target's name.
let words = [CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)
var count = CInt(words.count)
var arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: words.count + 1)
for (index, word) in words.enumerated() { arguments[index] = strdup(word) }
arguments[words.count] = nil
exit(
    runDriver(&count, &arguments) { bytes, count in
        _ = chosen?.run(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
    })
