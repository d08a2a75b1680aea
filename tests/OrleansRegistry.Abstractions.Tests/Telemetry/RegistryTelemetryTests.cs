using System.Diagnostics;

namespace OrleansRegistry.Abstractions.Tests.Telemetry;

/// <summary>Nobody listens in this process.</summary>
public sealed class RegistryTelemetryTests
{
    [Fact]
    public void Where_nobody_listens_nothing_is_made()
    {
        var caller = new Caller("t", "s");
        Assert.Null(RegistryTelemetry.Start("registry.test", caller, "id"));
        RegistryTelemetry.Watch("tasks").Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            using var span = RegistryTelemetry.Start("registry.test", caller, "id");
            using var watcher = RegistryTelemetry.Watch("tasks");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
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
