public import PrompterCore

extension TextfileState.Readers {
    /// Those of the file at `path`, by the modes of it and of its folders; `nil` where it is not there.
    public init?(of path: String) {
        guard let file = FileStatus(of: path) else { return nil }
        var steps = [(path, file, UInt32(0o4))]
        var place = LinkedPath.absolute(path)
        while place != "/", place != "." {
            place = Folder.of(place)
            if let folder = FileStatus(of: place) { steps.append((place, folder, 0o1)) }
        }
        var groups: [String] = []
        // From the root down: the first that keeps others out is the one to name.
        for (path, status, permission) in steps.reversed() where status.mode & permission == 0 {
            guard status.mode & permission << 3 != 0 else {
                self = .nobody(path: path)
                return
            }
            let name = Names.group(status.group)
            if !groups.contains(name) { groups.append(name) }
        }
        self = groups.isEmpty ? .everyone : .members(groups)
    }
}
