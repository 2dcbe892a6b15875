import Foundation

/// The environment, with an empty variable taken as none.
enum Environment {
    static let all = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
}
