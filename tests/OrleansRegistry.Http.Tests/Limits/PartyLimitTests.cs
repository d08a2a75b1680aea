using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http.Tests.Limits;

/// <summary>Buckets of tokens and places, of callers and of tenants.</summary>
public sealed class PartyLimitTests
{
    private readonly SteadyTime time = new();

    [Fact]
    public void A_burst_is_let_in_and_then_as_many_as_the_rate_allows()
    {
        var limits = New(new() { Rate = 10, Burst = 3 });
        Assert.Equal(3, Enter(limits, 5));
        var refusal = Refusal(limits);
        Assert.Equal((LimitedBy.Tenant, LimitOn.Rate), (refusal.By, refusal.On));
        Assert.Equal((429, TimeSpan.FromSeconds(1)), (refusal.StatusCode, refusal.RetryAfter));
        time.Pass(TimeSpan.FromSeconds(0.25));
        Assert.Equal(2, Enter(limits, 5));
        time.Pass(TimeSpan.FromHours(1));
        Assert.Equal(3, Enter(limits, 5));
        Assert.Equal(3, Enter(limits, 5, "other"));
    }

    [Fact]
    public void Without_a_burst_it_is_what_two_seconds_bring() => Assert.Equal(20, Enter(New(new() { Rate = 10 }), 50));

    [Fact]
    public void A_clock_that_jumps_changes_nothing()
    {
        var limits = New(new() { Rate = 10, Burst = 3 });
        Assert.Equal(3, Enter(limits, 5));
        time.Jump(TimeSpan.FromDays(400));
        Assert.Equal(0, Enter(limits, 5));
        time.Jump(TimeSpan.FromDays(-900));
        time.Pass(TimeSpan.FromSeconds(0.1));
        Assert.Equal(1, Enter(limits, 5));
    }

    [Fact]
    public void Answers_say_what_is_left()
    {
        var response = Response();
        New(new() { Rate = 10, Burst = 50 }).Enter("acme", response, out _);
        Assert.Equal("\"tenant\";q=50;w=5", response.Headers["RateLimit-Policy"]);
        Assert.Equal("\"tenant\";r=49;t=1", response.Headers["RateLimit"]);
    }

    [Fact]
    public void Each_replica_has_its_part()
    {
        var replicas = new Replicas();
        var limits = New(new() { Rate = 12, Burst = 12, Concurrent = 9 }, replicas);
        replicas.Count = 4;
        Assert.Equal(3, Enter(limits, 20));
        var refusal = Refusal(limits);
        Assert.Contains("12 requests a second, of which this process has one part in 4", refusal.Message, StringComparison.Ordinal);
        replicas.Count = 2;
        time.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(5, Enumerable.Range(0, 20).Count(_ => Try(limits, "acme") is not null));
        replicas.Count = 100;
        Assert.Equal(1, Enumerable.Range(0, 20).Count(_ => Try(limits, "other") is not null));
    }

    [Fact]
    public void Requests_at_once_and_streams_are_counted_apart()
    {
        var limits = New(new() { Concurrent = 2, Streams = 1 });
        var (first, second) = (Try(limits, "acme")!, Try(limits, "acme")!);
        Assert.Equal(LimitOn.Concurrent, Refusal(limits).On);
        limits.Wait(first);
        Assert.Null(Try(limits, "acme"));
        first.Leave();
        var third = Try(limits, "acme")!;
        Assert.Equal(LimitOn.Streams, Assert.Throws<LimitException>(() => limits.Wait(second)).On);
        first.EndStream();
        limits.Wait(second);
        third.Leave();
        Assert.NotNull(Try(limits, "acme"));
    }

    [Fact]
    public void Names_that_somebody_invents_share_what_is_kept_and_those_that_are_known_keep_theirs()
    {
        var limits = New(new() { Rate = 1, Burst = 2 }, most: 10);
        Assert.Equal(1, Enter(limits, 1, "known"));
        var let = Enumerable.Range(0, 10_000).Sum(i => Enter(limits, 1, $"invented {i}"));
        Assert.InRange(let, 10, 10 + (64 * 2));
        Assert.Equal(10, limits.Count);
        Assert.Equal(1, Enter(limits, 5, "known"));

        time.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(2, Enter(limits, 5, "new"));
        Assert.Equal(1, limits.Count);
    }

    [Fact]
    public void Who_has_something_under_way_is_not_forgotten()
    {
        var limits = New(new() { Concurrent = 1 });
        var party = Try(limits, "acme")!;
        time.Pass(TimeSpan.FromHours(1));
        Assert.Null(Try(limits, "acme"));
        party.Leave();
        time.Pass(TimeSpan.FromHours(1));
        Assert.NotNull(Try(limits, "other"));
        Assert.Equal(1, limits.Count);
    }

    private static int Enter(PartyLimits<string> limits, int times, string tenant = "acme") => Enumerable.Range(0, times).Count(_ =>
    {
        var party = Try(limits, tenant);
        party?.Leave();
        return party is not null;
    });

    private static Party? Try(PartyLimits<string> limits, string tenant)
    {
        var refusal = limits.Enter(tenant, Response(), out var party);
        Assert.NotEqual(refusal is null, party is null);
        return party;
    }

    private static LimitException Refusal(PartyLimits<string> limits)
    {
        var refusal = limits.Enter("acme", Response(), out _);
        Assert.NotNull(refusal);
        return refusal;
    }

    private PartyLimits<string> New(PartyLimitOptions options, IServingReplicas? replicas = null, int most = 100) =>
        new(LimitedBy.Tenant, options, replicas, time, most);

    private static HttpResponse Response() => new DefaultHttpContext().Response;

    private sealed class Replicas : IServingReplicas
    {
        public int Count { get; set; } = 1;
    }

    /// <summary>A machine's two clocks: the steady one, and the one that somebody sets.</summary>
    private sealed class SteadyTime : TimeProvider
    {
        private DateTimeOffset now = DateTimeOffset.UnixEpoch;
        private long stamp = 1_000;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => stamp;

        public override DateTimeOffset GetUtcNow() => now;

        public void Pass(TimeSpan time) => (stamp, now) = (stamp + time.Ticks, now + time);

        public void Jump(TimeSpan time) => now += time;
    }
}
