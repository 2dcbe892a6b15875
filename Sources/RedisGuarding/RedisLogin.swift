import PrompterCore

extension RedisConnection {
    /// Gives the user and the password of `url`, and takes its database.
    func logIn(_ url: RedisURL) throws(RedisError) {
        var login = RedisCommands()
        if let password = url.password {
            login.begin(arguments: url.user == nil ? 2 : 3)
            login.append("AUTH")
            if let user = url.user { login.append(user) }
            login.append(password.reveal())
        }
        if url.database != 0 {
            login.begin(arguments: 2)
            login.append("SELECT")
            login.append(String(url.database))
        }
        guard login.count > 0 else { return }
        try send(login)
        if url.password != nil {
            switch try reply() {
            case .status: break
            case .error(let text):
                // Whatever else stands there may be the password: Redis repeats the arguments of a command that it does not
                // know.
                let code =
                    ["WRONGPASS", "NOPERM", "ERR"].first { text.hasPrefix($0) } ?? "unknown reason"
                throw RedisError(.refused, "AUTH was refused (\(code)); check user and password")
            default: throw RedisError.unexpected("AUTH")
            }
        }
        if url.database != 0 {
            switch try reply() {
            case .status: break
            case .error(let text): throw RedisError.refusal("SELECT", text)
            default: throw RedisError.unexpected("SELECT")
            }
        }
    }
}

extension RedisError {
    /// Redis answered `command` with the error `text`.
    static func refusal(_ command: String, _ text: String) -> RedisError {
        RedisError(.refused, "\(command) was refused: \(text)")
    }

    static func unexpected(_ command: String) -> RedisError {
        RedisError(.protocol, "the reply to \(command) is not one that Redis gives")
    }
}
