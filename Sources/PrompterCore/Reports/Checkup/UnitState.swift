/// A service of systemd, as `systemctl show` prints it.
public struct UnitState: Hashable, Sendable {
    /// The properties that it is judged by (org.freedesktop.systemd1(5)).
    public static let properties = [
        "ActiveState", "ExecMainStatus", "LoadState", "NeedDaemonReload", "NotifyAccess", "Result", "SubState", "Type",
        "UnitFileState", "WatchdogUSec",
    ]

    private let name: String
    private let values: [Substring: Substring]

    /// - Parameters:
    ///   - name: the unit's.
    ///   - shown: lines of `NAME=VALUE`.
    public init(_ name: String, shown: String) {
        self.name = name
        values = Dictionary(
            shown.split(whereSeparator: \.isNewline).compactMap { line in
                line.firstIndex(of: "=").map { (line[..<$0], line[line.index(after: $0)...]) }
            }, uniquingKeysWith: { first, _ in first })
    }

    public var diagnosis: Diagnosis {
        switch self["LoadState"] {
        case "loaded": break
        case "not-found", "": return Diagnosis(.unit, .skipped, "systemd has no \(name)")
        case let state:
            return Diagnosis(.unit, .trouble, "\(name) is \(state); run systemctl unmask or correct the unit file")
        }
        return Diagnosis(
            .unit, troubles: troubles.map { "\(name): \($0)" },
            otherwise: "\(name) is \(self["ActiveState"]), its watchdog is \(self["WatchdogUSec"])")
    }

    private var troubles: [String] {
        var troubles: [String] = []
        if self["NeedDaemonReload"] == "yes" {
            troubles.append("its file has changed; run systemctl daemon-reload, then systemctl restart")
        }
        if !["active", "reloading"].contains(self["ActiveState"]) {
            troubles.append(
                "it is \(self["ActiveState"]) (\(self["SubState"]), last result \(self["Result"]), exit status \(self["ExecMainStatus"])); see journalctl -u \(name), then run systemctl start"
            )
        }
        if self["UnitFileState"] == "disabled" {
            troubles.append("it is not started when the machine boots; run systemctl enable")
        }
        if !self["Type"].hasPrefix("notify") {
            troubles.append("set Type=notify, so that systemd knows when it is ready")
        }
        if self["NotifyAccess"] == "none" { troubles.append("set NotifyAccess=main, so that systemd hears from it") }
        if ["", "0", "infinity"].contains(self["WatchdogUSec"]) {
            troubles.append("set WatchdogSec=180, so that systemd restarts it if it hangs")
        }
        return troubles
    }

    private subscript(_ name: Substring) -> Substring { values[name] ?? "" }
}
