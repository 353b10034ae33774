import Foundation

extension JSONDecoder {
    /// For what the project writes: keys in snake case, properties in camel case.
    package static var snakeCase: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}
