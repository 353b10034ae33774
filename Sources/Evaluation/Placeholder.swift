// Placeholder until the library's first file lands.
