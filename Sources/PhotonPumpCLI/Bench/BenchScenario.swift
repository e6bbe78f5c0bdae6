import ArgumentParser

/// What `pump bench` can measure.
enum BenchScenario: String, ExpressibleByArgument, CaseIterable {
    case ping
    case readEvent = "read-event"
    case writeSequential = "write-seq"
    case writePipelined = "write-pipelined"
    case writeBatch = "write-batch"
    case readSlices = "read-slices"
    case subscribe
    case catchUp = "catch-up"
    case persistent
    case createSubscription = "ps-create"
}
