using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Agents.Sources;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Tests.Silos;
using static OrleansRegistry.Tests.Shared.CardServer;

namespace OrleansRegistry.Tests.Agents.Sources;

/// <summary>Cards that are fetched anew by themselves.</summary>
public sealed class ScheduleTests(SourceFixture fixture) : IClassFixture<SourceFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Caller alice = TestRegistry.NewCaller();
    private readonly IAgentRegistry agents = fixture.Host.Agents;
    private CardServer server = null!;

    public async ValueTask InitializeAsync() => server = await CardServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public void Each_agent_is_due_once_an_interval_and_many_are_spread_over_it()
    {
        var dues = Enumerable.Range(0, 1_000).Select(i => RefreshSchedule.DueAt(Agent($"a{i}", Hour), Noon + (2 * Hour))!.Value).ToList();
        Assert.All(dues, due => Assert.InRange(due, Noon + Hour, Noon + (2 * Hour)));
        for (var part = 0; part < 4; part++)
        {
            var from = Noon + Hour + (part * Hour / 4);
            Assert.InRange(dues.Count(due => due >= from && due < from + (Hour / 4)), 180, 320);
        }

        // It stays due until it is fetched, and is the next an interval later.
        var agent = Agent("a", Hour);
        var due = RefreshSchedule.DueAt(agent, Noon + Hour)!.Value;
        Assert.Equal(due, RefreshSchedule.DueAt(agent, due));
        Assert.Equal(due, RefreshSchedule.DueAt(agent, due + Hour - TimeSpan.FromTicks(1)));
        Assert.Equal(due + Hour, RefreshSchedule.DueAt(agent, due + Hour));
        Assert.Null(RefreshSchedule.DueAt(agent, due - TimeSpan.FromTicks(1)));
        Assert.Null(RefreshSchedule.DueAt(agent with { Source = agent.Source! with { FetchedAt = due } }, due));
        Assert.Null(RefreshSchedule.DueAt(agent with { Source = agent.Source! with { RefreshInterval = null } }, Noon + (9 * Hour)));
        Assert.Null(RefreshSchedule.DueAt(agent with { Source = null }, Noon + (9 * Hour)));
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(3 * 24 * 60, 3 * 24 * 60)]
    [InlineData(1, 60)]
    public void After_failures_the_pause_doubles_from_a_minute_up_to_the_interval_or_an_hour(int interval, int longest)
    {
        for (var (attempts, most) = (1, 1); attempts < 100; (attempts, most) = (attempts + 1, Math.Min(most * 2, longest)))
        {
            var agent = Agent("a", interval * Minute);
            agent = agent with { Source = agent.Source! with { Failure = new AgentSourceFailure("away", Noon, attempts) } };
            Assert.Null(RefreshSchedule.DueAt(agent, Noon + (most * Minute / 2) - TimeSpan.FromTicks(1)));
            Assert.InRange(RefreshSchedule.DueAt(agent, Noon + (most * Minute))!.Value, Noon + (most * Minute / 2), Noon + (most * Minute));
        }
    }

    [Fact]
    public void What_was_due_before_a_start_is_spread_over_the_time_after_it()
    {
        var agents = Enumerable.Range(0, 1_000).Select(i => Agent($"a{i}", 30 * 24 * Hour)).ToList();
        var failed = agents.ConvertAll(agent => agent with { Source = agent.Source! with { Failure = new AgentSourceFailure("away", Noon, 1) } });
        var began = Noon + (60 * 24 * Hour);
        foreach (var some in new[] { agents, failed })
        {
            Assert.Empty(DueAt(began));
            Assert.InRange(DueAt(began + (Hour / 4)).Count(), 180, 320);
            Assert.InRange(DueAt(began + (Hour / 2)).Count(), 430, 570);
            Assert.Equal(1_000, DueAt(began + Hour).Count());

            IEnumerable<DateTimeOffset> DueAt(DateTimeOffset now) =>
                some.Select(agent => RefreshSchedule.DueAt(agent, now, began)).OfType<DateTimeOffset>();
        }

        // Turns that come after it are as they are.
        var soon = Agent("a", Hour);
        var due = RefreshSchedule.DueAt(soon, Noon + (2 * Hour))!.Value;
        Assert.Equal(due, RefreshSchedule.DueAt(soon, due, began: due));
        Assert.Null(RefreshSchedule.DueAt(soon, due, began: due + TimeSpan.FromTicks(1)));
    }

    [Fact]
    public async Task What_is_due_is_fetched_once_and_again_an_interval_later()
    {
        server.At["/a.json"] = Serve(Card("a"), "v1");
        server.At["/b.json"] = Serve(Card("b"), "v1");
        await agents.RegisterAsync(alice, SourceHost.At(server.Url("/a.json"), refresh: Hour));
        await agents.RegisterAsync(alice, SourceHost.At(server.Url("/b.json")));
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var schedule = ScheduleOf(fixture.Host.Services, time);
        await schedule.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, server.Requests.Count);

        var before = await agents.GetAsync(alice, "a");
        for (var rounds = 1; rounds <= 3; rounds++)
        {
            time.Advance(Hour);
            await schedule.RunAsync(TestContext.Current.CancellationToken);
            await schedule.RunAsync(TestContext.Current.CancellationToken);
            Assert.Equal(rounds, server.Requests.Skip(2).Count(request => request.Path == "/a.json"));
        }

        Assert.Equal(before, await agents.GetAsync(alice, "a"));
        server.At["/a.json"] = Serve(Card("a", "newer"), "v2");
        time.Advance(Hour);
        await schedule.RunAsync(TestContext.Current.CancellationToken);
        Assert.Contains("newer", (await agents.GetAsync(alice, "a"))!.Card.ToString(), StringComparison.Ordinal);
        Assert.Equal(6, server.Requests.Count);
    }

    [Fact]
    public async Task One_that_fails_is_tried_again_and_keeps_no_other_from_its_turn()
    {
        var time = new FakeTimeProvider(Noon);
        await using var host = await SourceHost.StartAsync(time: time);
        server.At["/a.json"] = Serve(Card("a"));
        server.At["/b.json"] = Serve(Card("b"));
        await host.Agents.RegisterAsync(alice, SourceHost.At(server.Url("/a.json"), refresh: Minute));
        await host.Agents.RegisterAsync(alice, SourceHost.At(server.Url("/b.json"), refresh: Minute));
        server.At["/a.json"] = Serve("gone", status: 410);
        server.At["/b.json"] = Serve(Card("b", "newer"));
        await UntilAsync("b", agent => agent.Card.ToString().Contains("newer", StringComparison.Ordinal));
        await UntilAsync("a", agent => agent.Source!.Failure?.Attempts >= 2);
        server.At["/a.json"] = Serve(Card("a", "back"));
        await UntilAsync("a", agent => agent.Source!.Failure is null && agent.Card.ToString().Contains("back", StringComparison.Ordinal));

        // By the registry's own service: time goes on until it has come to that.
        Task UntilAsync(string id, Func<AgentRecord, bool> isSo) => Eventually.TrueAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                return isSo((await host.Agents.GetAsync(alice, id))!);
            },
            $"the refresh of {id}");
    }

    [Fact]
    public async Task Of_several_processes_one_fetches()
    {
        await using var silos = new TwoSilos();
        await silos.InitializeAsync();
        server.At["/a.json"] = Serve(Card("a"));
        IServiceProvider[] services = [.. silos.Services];
        var written = await services[0].GetRequiredService<IAgentRegistry>().RegisterAsync(
            alice, SourceHost.At(server.Url("/a.json"), refresh: Hour), TestContext.Current.CancellationToken);
        await services[1].GetRequiredService<IAgentRegistry>().WaitForRevisionAsync(written.Agent.Revision, TestContext.Current.CancellationToken);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var schedules = services.Select(silo => ScheduleOf(silo, time)).ToList();
        time.Advance(Hour);
        await Task.WhenAll(schedules.Select(schedule => schedule.RunAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(2, server.Requests.Count);
        time.Advance(Hour);
        await Task.WhenAll(schedules.Select(schedule => schedule.RunAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(3, server.Requests.Count);
    }

    private static RefreshSchedule ScheduleOf(IServiceProvider services, TimeProvider time) => new(
        services.GetRequiredService<OrleansRegistry.Directory.AgentDirectory>(),
        services.GetRequiredService<CardSources>(),
        services.GetRequiredService<GrainReferences<IAgentGrain>>(),
        SourceHost.Local,
        time,
        NullLogger<RefreshSchedule>.Instance);

    private static AgentRecord Agent(string id, TimeSpan interval) => new()
    {
        Tenant = "t",
        Id = id,
        Card = RawJson.FromValid("{}"u8),
        Source = new AgentSource { Url = "https://a.example.com/", FetchedAt = Noon, RefreshInterval = interval },
    };
}
