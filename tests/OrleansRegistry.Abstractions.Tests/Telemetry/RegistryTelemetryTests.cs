using System.Diagnostics;

namespace OrleansRegistry.Abstractions.Tests.Telemetry;

/// <summary>Nobody listens in this process.</summary>
public sealed class RegistryTelemetryTests
{
    [Fact]
    public async Task Where_nobody_listens_nothing_is_made()
    {
        var caller = new Caller("t", "s");
        Assert.True(await RunAsync(caller));
        RegistryTelemetry.Watch("tasks").Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(RunAsync(caller).IsCompleted);
            using var watcher = RegistryTelemetry.Watch("tasks");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        static Task<bool> RunAsync(Caller caller) => RegistryTelemetry.RunAsync("registry.test", caller, "id", span => Task.FromResult(span is null));
    }

    [Fact]
    public void A_trace_is_told_of_only_where_somebody_follows_it()
    {
        Assert.Null(RegistryTelemetry.TraceParent);
        using (new Activity("one that a server makes for its log").Start())
        {
            Assert.Null(RegistryTelemetry.TraceParent);
        }

        using (var recorded = new Activity("recorded") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start())
        {
            Assert.Equal(recorded.Id, RegistryTelemetry.TraceParent);
        }

        using (var came = new Activity("came").SetParentId(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom()).Start())
        {
            Assert.Equal(came.Id, RegistryTelemetry.TraceParent);
        }

        using (new Activity("older").SetIdFormat(ActivityIdFormat.Hierarchical).SetParentId("|1.").Start())
        {
            Assert.Null(RegistryTelemetry.TraceParent);
        }
    }
}
