using OrleansRegistry.Agents;
using OrleansRegistry.Agents.Versions;
using OrleansRegistry.Contexts;
using OrleansRegistry.Logs;
using OrleansRegistry.Snapshots;
using OrleansRegistry.Subscriptions;
using OrleansRegistry.Tasks;
using OrleansRegistry.Trust.Audit;
using OrleansRegistry.Trust.Records;
using OrleansRegistry.Trust.Reviews;
using OrleansRegistry.Vectors;
using OrleansRegistry.Vectors.Given;

namespace OrleansRegistry.Storage.Tests;

/// <summary>The registry's own kinds, as its host hands them to a store; in the order of their numbers.</summary>
internal static class Kinds
{
    public static IReadOnlyList<RecordKind> All { get; } =
    [
        AgentKind.Kind, TaskKind.Kind, ContextKind.Kind, FeedbackKind.Kind, PageKind.Kind, SnapshotKind.Kind, SnapshotUploadKind.Kind,
        AgentVersionKind.Kind, SubscriptionKind.Kind, AgentVectorsKind.Kind, GivenVectorsKind.Kind,
        TrustKind.Kind, AuditKind.Kind, ReviewKind.Kind,
    ];
}
