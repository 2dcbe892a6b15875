/// Something other than prompterd that does a part of its work.
enum Reference: String, Hashable {
    case pythonLayer = "Python layer"
    case pythonLayerWithRedis = "Python layer with Redis"
    case sqlite = "SQLite in C"
    case asyncio = "asyncio by hand"
    case blackbox = "blackbox_exporter"
    case prometheusClient = "prometheus_client"
}
