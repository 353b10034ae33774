// Helpers shared by all test targets.
