import PrompterCore

/// Any watchlist: one that holds what the rest of the daemon relies on, or errors of one harmless line each.
enum WatchlistTrial {
    static func run(_ input: [UInt8]) {
        let watchlist: Watchlist
        do {
            watchlist = try Watchlist(source(input))
        } catch {
            precondition(!error.errors.isEmpty, "refused without an error")
            for error in error.errors {
                precondition(Harmless.holds(error.description), "a harmful error")
                guard let position = error.position else { fatalError("an error without a place: \(error)") }
                precondition(position.line >= 1 && position.column >= 1)
            }
            return
        }
        check(watchlist)
        checkAgain(watchlist, input)
    }

    private static func source(_ bytes: [UInt8]) -> WatchlistSource {
        WatchlistSource(file: "w.json", bytes: bytes) { path throws(WatchlistTextUnavailable) in
            if path.utf8.count.isMultiple(of: 2) { throw WatchlistTextUnavailable("\(path): no such file") }
            return path
        }
    }

    private static func check(_ watchlist: Watchlist) {
        let identities = Set(watchlist.targets.map(\.id))
        precondition(identities.count == watchlist.targets.count, "two targets of one identity")
        precondition(Set(watchlist.watches.map(\.key)).count == watchlist.watches.count, "a watch twice")
        precondition(Set(watchlist.watches.map(\.target.id)) == identities, "watches and targets differ")
        for watch in watchlist.watches {
            precondition(watchlist.providers[watch.key.provider] == watch.target.provider)
            precondition(watch.key.model == watch.target.model)
            for part in [watch.key.org, watch.key.workspace, watch.key.template, watch.key.model] {
                precondition(!part.isEmpty && part.utf8.count <= 256)
            }
        }
        for target in watchlist.targets {
            precondition(target.interval >= .seconds(1) && target.interval <= .seconds(366 * 86_400))
            precondition(target.timeout > .zero && target.timeout <= target.interval)
            let slot = target.slot(at: Timestamp(milliseconds: 1_790_000_000_000))
            precondition(slot.begin.milliseconds <= 1_790_000_000_000 && slot.end.milliseconds > 1_790_000_000_000)
            guard let exchange = try? ProbeExchange(target, credential: nil) else {
                precondition(target.dialect == .stub, "a target that can't be called")
                continue
            }
            let request = exchange.request(timeout: target.timeout)
            precondition(request.url.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a URL with more in it")
            guard !request.body.isEmpty else { continue }
            do {
                let names = try JSONDocument(request.body)
                precondition(target.inferenceParameters != nil || names.duplicateNames.isEmpty, "a name twice")
            } catch {
                fatalError("a body that is no JSON: \(error)")
            }
        }
        for provider in watchlist.providers.values {
            precondition((1...1000).contains(provider.concurrency))
            precondition((1...100_000).contains(provider.requestsPerMinute ?? 1))
            precondition(
                provider.credentialPlace == nil || provider.baseURL.isEmpty
                    || TransportSecurity.mayCarryCredential(url: provider.baseURL), "a credential in plain text")
            for header in provider.headers {
                precondition(Harmless.holds(header.value.replacing("\t", with: " ")), "a header with more in it")
            }
        }
    }

    /// Written anew, without its spaces, a watchlist is the same.
    private static func checkAgain(_ watchlist: Watchlist, _ input: [UInt8]) {
        do {
            let again = try Watchlist(source(Array(try JSONDocument(input).root.plain.text.utf8)))
            precondition(again.watches == watchlist.watches && again.targets == watchlist.targets)
            precondition(again.providers == watchlist.providers)
        } catch {
            fatalError("written anew it is refused: \(error)")
        }
    }
}
