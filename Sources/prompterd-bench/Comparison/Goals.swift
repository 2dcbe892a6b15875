/// What prompterd is to reach on two cores, each side by side in one run.
enum Goals {
    private static let mebibyte = 1_048_576.0

    /// - Parameter isQuick: whether each run takes a second or two, and no more targets than that needs: enough to see that all
    ///   works.
    static func rows(isQuick: Bool) -> [ComparisonRow] {
        pipeline(isQuick) + http(isQuick) + schedule(isQuick) + memory(isQuick) + textfile(isQuick)
    }

    private static func pipeline(_ isQuick: Bool) -> [ComparisonRow] {
        func run(targets: Int, seconds: Int, redis: Bool = false) -> OwnRun {
            OwnRun(
                "pipeline", ["--targets": targets, "--seconds": isQuick ? 1 : seconds],
                needs: redis ? [.folder, .redis] : .folder)
        }
        func row(
            _ topic: String, _ work: String, _ run: OwnRun, _ beside: ComparisonRow.Source, _ goal: ComparisonRow.Goal
        ) -> ComparisonRow {
            ComparisonRow(
                topic: topic, work: work, unit: .perSecond, own: .own(run, "probes_per_second"), beside: beside,
                goal: goal)
        }
        let thousand = run(targets: 1000, seconds: 5)
        let rate = ComparisonRow.Source.own(thousand, "probes_per_second")
        func ticks(_ targets: Int) -> ComparisonRow.Source {
            .own(
                OwnRun("tick", ["--targets": isQuick ? targets / 10 : targets, "--ticks": isQuick ? 5000 : 50_000]),
                "ticks_per_second")
        }
        return [
            row("pipeline", "stubs, 1,000 targets", thousand, .reference(.pythonLayer), .times(40)),
            row("pipeline", "the same", thousand, .reference(.sqlite), .times(0.4)),
            row(
                "redis", "stubs with Redis, 1,000 targets", run(targets: 1000, seconds: 5, redis: true),
                .reference(.pythonLayerWithRedis), .times(25)),
            row("growth", "stubs, 20,000 targets", run(targets: 20_000, seconds: 8), rate, .cost(1.3)),
            row("growth", "stubs, 100,000 targets", run(targets: 100_000, seconds: 15), rate, .cost(1.3)),
            ComparisonRow(
                topic: "growth", work: "ticks, 1,000,000 targets", unit: .perSecond, own: ticks(1_000_000),
                beside: ticks(1000), goal: .cost(2.5)),
        ]
    }

    private static func http(_ isQuick: Bool) -> [ComparisonRow] {
        func run(targets: Int, delay: Int, concurrency: Int) -> OwnRun {
            OwnRun(
                "http",
                ["--targets": isQuick ? targets / 10 : targets, "--delay": delay, "--concurrency": concurrency],
                needs: [.folder, .daemon, .provider])
        }
        let fast = ComparisonRow.Source.own(
            run(targets: 20_000, delay: 0, concurrency: 32), "probes_per_second_between")
        let slow = run(targets: 12_800, delay: 50, concurrency: 64)
        return [
            ComparisonRow(
                topic: "http", work: "HTTP, 0 ms, 32 at once", unit: .perSecond, own: fast,
                beside: .reference(.blackbox), goal: .times(12)),
            ComparisonRow(
                topic: "http", work: "the same", unit: .perSecond, own: fast, beside: .reference(.asyncio),
                goal: .times(3)),
            ComparisonRow(
                topic: "http", work: "HTTP, 50 ms, 64 at once", unit: .perSecond,
                own: .own(slow, "probes_per_second_between"), beside: .ideal(64 / 0.05), goal: .times(0.97)),
            ComparisonRow(
                topic: "http", work: "its CPU", unit: .cores, own: .own(slow, "cpu_cores"), goal: .atMost(0.2)),
        ]
    }

    private static func schedule(_ isQuick: Bool) -> [ComparisonRow] {
        func run(targets: Int, delay: Int, reload: Bool = false) -> OwnRun {
            // A tenth of the targets each second is the same rate.
            OwnRun(
                "schedule",
                [
                    "--targets": isQuick ? targets / 10 : targets, "--interval": isQuick ? 1 : 10,
                    "--seconds": isQuick ? 2 : 20, "--delay": delay, "--workers": delay == 0 ? 64 : 256,
                ], flags: ["--http"] + (reload ? ["--reload"] : []), needs: [.folder, .daemon, .provider])
        }
        func rows(
            _ targets: Int, _ work: String, lateness: Double, cores: Double, memory: Double
        ) -> [ComparisonRow] {
            let run = run(targets: targets, delay: 50, reload: true)
            func row(
                _ work: String, _ unit: ComparisonRow.Unit, _ figure: String, _ goal: ComparisonRow.Goal
            ) -> ComparisonRow {
                ComparisonRow(topic: "schedule", work: work, unit: unit, own: .own(run, figure), goal: goal)
            }
            return [
                row(work, .perSecond, "probes_per_second", held(targets)),
                row("its p99 deviation", .seconds, "p99_deviation_seconds", .atMost(lateness)),
                row("its CPU", .cores, "cpu_cores", .atMost(cores)),
                row("its peak memory", .bytes, "peak_memory_bytes", .atMost(memory * mebibyte)),
                row("its bursts, from the start on", .share, "burst_share_from_start", .atMost(0.002)),
                row("its bursts after a reload", .share, "burst_share_after_reload", .atMost(0.002)),
            ]
        }
        return rows(5000, "HTTP, 5,000 each 10 s, 50 ms", lateness: 0.005, cores: 0.12, memory: 60)
            + rows(10_000, "HTTP, 10,000 each 10 s, 50 ms", lateness: 0.008, cores: 0.25, memory: 90)
            + [
                ComparisonRow(
                    topic: "schedule", work: "HTTP, 50,000 each 10 s, 0 ms", unit: .perSecond,
                    own: .own(run(targets: 50_000, delay: 0), "probes_per_second"), goal: held(50_000))
            ]
    }

    /// What is held is not the rate to the last probe: one may fall a moment out of the time that is measured.
    private static func held(_ targets: Int) -> ComparisonRow.Goal { .atLeast(Double(targets) / 10 * 0.995) }

    private static func memory(_ isQuick: Bool) -> [ComparisonRow] {
        func start(_ watches: Int) -> OwnRun {
            OwnRun(
                "start",
                [
                    "--watches": isQuick ? watches / 10 : watches, "--times": watches > 10_000 || isQuick ? 1 : 5,
                    "--rest": isQuick ? 1 : 3,
                ], needs: [.folder, .daemon])
        }
        let (many, few) = (start(100_000), start(1000))
        let idle = OwnRun(
            "idle", ["--watches": 1000, "--settle": isQuick ? 1 : 65, "--seconds": isQuick ? 2 : 30],
            needs: [.folder, .daemon])
        return [
            ComparisonRow(
                topic: "watches", work: "100,000 watches, start to ready", unit: .seconds,
                own: .own(many, "ready_seconds_new_median"), goal: .atMost(1.5)),
            ComparisonRow(
                topic: "watches", work: "their peak memory", unit: .bytes, own: .own(many, "peak_memory_bytes_new"),
                goal: .atMost(250 * mebibyte)),
            ComparisonRow(
                topic: "watches", work: "their memory at rest", unit: .bytes, own: .own(many, "rest_memory_bytes_new"),
                goal: .atMost(150 * mebibyte)),
            ComparisonRow(
                topic: "start", work: "1,000 watches, start to ready", unit: .seconds,
                own: .own(few, "ready_seconds_new_median"), goal: .atMost(0.08)),
            ComparisonRow(
                topic: "idle", work: "1,000 watches each hour, at rest", unit: .cores, own: .own(idle, "cpu_cores"),
                goal: .atMost(0.001)),
        ]
    }

    private static func textfile(_ isQuick: Bool) -> [ComparisonRow] {
        let run = OwnRun("textfile", ["--watches": isQuick ? 370 : 3700], needs: .folder)
        return [
            ComparisonRow(
                topic: "textfile", work: "textfile, 100,000 series", unit: .perSecond,
                own: .own(run, "series_per_second"), beside: .reference(.prometheusClient), goal: .times(20)),
            ComparisonRow(
                topic: "textfile", work: "the scheduler's longest tick meanwhile", unit: .seconds,
                own: .own(run, "longest_tick_seconds_meanwhile"), goal: .atMost(0.005)),
        ]
    }
}
