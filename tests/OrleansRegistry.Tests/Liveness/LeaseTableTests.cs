using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Liveness;

namespace OrleansRegistry.Tests.Liveness;

/// <summary>What follows from beats, and from their absence.</summary>
public sealed class LeaseTableTests
{
    private static readonly LeaseKey Key = new("t", "a");

    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly LeaseTable leases;

    public LeaseTableTests() => leases = new LeaseTable(time);

    [Fact]
    public void Who_stops_is_unhealthy_after_half_and_expired_after_all_of_its_lease()
    {
        var lease = Told(ttl: 30);
        leases.Learn(lease);
        Assert.Empty(Advance(14));
        var verdict = Assert.Single(Advance(1));
        Assert.Equal((lease, AgentHealth.Unhealthy), (verdict.Of, verdict.Health));
        leases.Learn(lease = Written(lease, AgentHealth.Unhealthy));
        Assert.Empty(Advance(14));
        Assert.Equal(AgentHealth.Expired, Assert.Single(Advance(1)).Health);
        leases.Learn(lease = Written(lease, AgentHealth.Expired));
        Assert.Empty(Advance(100));

        Assert.False(leases.Beat(lease).IsOver);
        Assert.Equal(AgentHealth.Healthy, Assert.Single(Advance(1)).Health);
        leases.Learn(Written(lease, AgentHealth.Healthy));
        Assert.Empty(Advance(14));
        Assert.Single(Advance(1));
    }

    [Fact]
    public void Who_beats_stays_healthy()
    {
        var lease = Told(ttl: 30);
        leases.Learn(lease);
        for (var beats = 0; beats < 20; beats++)
        {
            Assert.Empty(Advance(14));
            Assert.Equal(AgentHealth.Healthy, leases.Beat(lease).Lease.Health);
        }

        var seen = leases.Look(Key);
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(30)), (seen.SinceBeat, seen.Left));
        Assert.Equal(default, leases.Look(new LeaseKey("t", "other")));
    }

    [Theory]
    [InlineData(AgentHealth.Healthy, 15)]
    [InlineData(AgentHealth.Unhealthy, 30)]
    public void What_begins_anew_gives_all_of_the_lease_and_makes_nobody_healthy(AgentHealth stored, int seconds)
    {
        leases.Learn(Written(Told(ttl: 30), stored));
        Assert.Empty(Advance(seconds - 1));
        Assert.Equal(stored + 1, Assert.Single(Advance(1)).Health);
    }

    [Fact]
    public void An_expired_one_is_told_only_once_it_beats()
    {
        var lease = Written(Told(ttl: 30), AgentHealth.Expired);
        leases.Learn(lease);
        Assert.Empty(Advance(60));
        leases.Beat(lease);
        Assert.Equal(AgentHealth.Healthy, Assert.Single(leases.Judge(10)).Health);
    }

    [Fact]
    public void An_ephemeral_one_is_over_once_somebody_is_about_to_remove_it()
    {
        var lease = Told(ttl: 30, ephemeral: true);
        leases.Learn(lease);
        Advance(15);
        Advance(14);
        Assert.False(leases.Beat(lease).IsOver);
        Assert.Empty(Advance(14));
        Advance(15);
        Assert.Equal(AgentHealth.Expired, Assert.Single(Advance(1)).Health);
        Assert.True(leases.Beat(lease).IsOver);

        // Whoever registers it again begins anew; what was known of the one before tells nothing.
        var again = lease with { Revision = 9, Lease = lease.Lease with { Since = time.GetUtcNow() } };
        Assert.False(leases.Beat(again).IsOver);
        leases.Forget(lease);
        Assert.Empty(Advance(14));
        leases.Forget(again);
        Assert.Empty(Advance(60));
    }

    [Fact]
    public void A_verdict_is_told_to_one_and_again_where_it_is_not_written()
    {
        leases.Learn(Told(ttl: 30));
        Assert.Single(Advance(15));
        Assert.Empty(leases.Judge(10));
        Assert.Empty(Advance(9));
        Assert.Single(Advance(1));
    }

    [Fact]
    public void No_more_are_told_than_asked_for_and_the_others_next()
    {
        foreach (var i in Enumerable.Range(0, 5))
        {
            leases.Learn(Told(ttl: 10) with { Key = new LeaseKey("t", $"a{i}") });
        }

        Assert.Empty(Advance(5, most: 0));
        var first = leases.Judge(3);
        var second = leases.Judge(3);
        Assert.Equal((3, 2), (first.Count, second.Count));
        Assert.Equal(5, first.Concat(second).Select(verdict => verdict.Of.Key).Distinct().Count());
    }

    [Fact]
    public void Time_in_which_nobody_asked_counts_for_nobody()
    {
        leases.Learn(Told(ttl: 30));
        Advance(10);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(leases.Judge(10));
        Assert.Empty(Advance(4));
        Assert.Single(Advance(1));
    }

    [Theory]
    [InlineData(1, 4, false)]
    [InlineData(1, 5, false)]
    [InlineData(1, 6, true)]
    [InlineData(2, 1, true)]
    public void Of_two_that_tell_of_a_lease_the_later_is_right(int history, int revision, bool counts)
    {
        var lease = Told(ttl: 30) with { History = 1, Revision = 5 };
        leases.Learn(lease);
        leases.Learn(lease with { History = history, Revision = revision, Lease = lease.Lease with { Ttl = TimeSpan.FromSeconds(10) } });
        Assert.Equal(counts ? 1 : 0, Advance(5).Count);
    }

    private static LeaseTold Told(int ttl, bool ephemeral = false) =>
        new(Key, new AgentLease { Ttl = TimeSpan.FromSeconds(ttl), Ephemeral = ephemeral, Since = DateTimeOffset.UnixEpoch }, 1, 1);

    /// <summary>As the agent's grain writes it.</summary>
    private LeaseTold Written(LeaseTold told, AgentHealth health) =>
        told with { Revision = told.Revision + 1, Lease = told.Lease with { Health = health, Since = time.GetUtcNow() } };

    /// <summary>As long as it is asked every second: what the last answer has.</summary>
    private IReadOnlyList<LeaseVerdict> Advance(int seconds, int most = 10)
    {
        IReadOnlyList<LeaseVerdict> verdicts = [];
        for (var i = 0; i < seconds; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            verdicts = leases.Judge(most);
        }

        return verdicts;
    }
}
