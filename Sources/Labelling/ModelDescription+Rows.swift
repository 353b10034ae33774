import TacitModelFile

extension ModelDescription {
    /// How many patches of a window a session should have room for at once, where a window is read as a whole.
    package var rowsAtOnce: Int { min(input.window, WindowPlan.largestChunk) }
}
