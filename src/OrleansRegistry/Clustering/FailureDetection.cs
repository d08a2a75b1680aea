using Orleans.Configuration;

namespace OrleansRegistry.Clustering;

/// <summary>How soon a silo that is gone is noticed, and how sure the others must be. docs/cluster.md explains the numbers.</summary>
internal static class FailureDetection
{
    public static readonly TimeSpan TableRefresh = TimeSpan.FromSeconds(2);

    public static void Configure(ClusterMembershipOptions membership)
    {
        membership.ProbeTimeout = TimeSpan.FromMilliseconds(1500);
        membership.MinProbeTimeout = TimeSpan.FromMilliseconds(750);
        membership.MaxProbeTimeout = TimeSpan.FromSeconds(2);
        membership.NumMissedProbesLimit = 3;
        membership.NumVotesForDeathDeclaration = 2;
        membership.DeathVoteExpirationTimeout = TimeSpan.FromSeconds(30);
        membership.TableRefreshTimeout = TableRefresh;
        membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(1);
        membership.NumMissedTableIAmAliveLimit = 4;
        membership.MaxJoinAttemptTime = TimeSpan.FromMinutes(1);

        // Orleans reckons that time from the clock of the silo that starts to that of another: where they differ by more, no start would succeed.
        membership.EvictWhenMaxJoinAttemptTimeExceeded = false;

        // For the same reason: a row that is an hour old by another clock may be a living silo's.
        membership.SiloGenerationRetirementAge = TimeSpan.FromDays(1);
        membership.DefunctSiloExpiration = TimeSpan.FromDays(1);
    }

    public static void Configure(ConnectionOptions connections)
    {
        connections.OpenConnectionTimeout = TimeSpan.FromSeconds(2);
        connections.ConnectionRetryDelay = TimeSpan.FromMilliseconds(200);
    }
}
