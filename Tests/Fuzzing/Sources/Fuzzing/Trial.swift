import Glibc

/// What is fuzzed. Each gets any bytes and stops the program where a property that it states does not hold.
enum Trial: String, CaseIterable {
    case json, watchlist, response, duration, slot, exposition, text

    /// The one that the environment's `TRIAL` names.
    static let chosen: Trial = {
        let name = getenv("TRIAL").map { String(cString: $0) } ?? ""
        guard let trial = Trial(rawValue: name) else {
            fatalError("TRIAL should be one of \(allCases.map(\.rawValue).joined(separator: ", ")), not \"\(name)\"")
        }
        return trial
    }()

    func run(_ input: [UInt8]) {
        switch self {
        case .json: JSONTrial.run(input)
        case .watchlist: WatchlistTrial.run(input)
        case .response: ResponseTrial.run(input)
        case .duration: DurationTrial.run(input)
        case .slot: SlotTrial.run(input)
        case .exposition: ExpositionTrial.run(input)
        case .text: TextTrial.run(input)
        }
    }
}

/// What libFuzzer calls with each input (https://llvm.org/docs/LibFuzzer.html#fuzz-target).
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer's own memory, `count` bytes of it, valid until this returns; the copy is all that is kept.
    Trial.chosen.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
