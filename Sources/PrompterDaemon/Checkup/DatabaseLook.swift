import LinuxHost
import PrompterCore
import SQLiteVersions

/// A look at the database.
enum DatabaseLook {
    /// The files that SQLite and the daemon keep beside it.
    private static let companions = ["-wal", "-shm", ".lock"]

    /// - Parameter holder: the daemon that uses it.
    static func diagnosis(_ path: String, of holder: LockHolder?, _ threads: FileThreads) async -> Diagnosis {
        do throws(FileError) {
            return try await threads.run(on: path) { path in look(at: path, daemonUser: holder?.user) }
        } catch {
            return Diagnosis(.database, .trouble, "\(error)")
        }
    }

    private static func look(at path: String, daemonUser: String?) -> Diagnosis {
        do throws(SQLiteStoreError) {
            _ = try Archive(path: path)
        } catch {
            let text =
                error.reason == .missing
                ? "\(path): there is no database; `prompterd run` creates it, or correct the path (--database)"
                : "\(error)"
            return Diagnosis(.database, .trouble, text)
        }
        guard let database = file(at: path) else { return Diagnosis(.database, .trouble, "\(path): it has just gone") }
        return DatabaseState(
            database: database, companions: companions.compactMap { file(at: path + $0) },
            folderOwner: FileStatus(of: Folder.of(path))?.owner ?? database.owner, daemonUser: daemonUser,
            free: Folder.freeSpace(at: Folder.of(path)) ?? .max
        ).diagnosis
    }

    private static func file(at path: String) -> DatabaseState.File? {
        FileStatus(of: path).map {
            DatabaseState.File(path: path, owner: $0.owner, size: $0.size, mode: $0.mode)
        }
    }
}
