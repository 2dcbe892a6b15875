import PrompterCore
import RedisGuarding

/// A look at the Redis that instances share.
enum RedisLook {
    static func diagnosis(_ url: RedisURL?) async -> Diagnosis {
        guard let url else { return Diagnosis(.redis, .skipped, "not set (REDIS_URL)") }
        do {
            return try await RedisInspection.state(of: url).diagnosis(at: "\(url)")
        } catch {
            return Diagnosis(
                .redis, .trouble,
                "\(url): \(error); start it or correct REDIS_URL, until then each instance guards its slots alone")
        }
    }
}
