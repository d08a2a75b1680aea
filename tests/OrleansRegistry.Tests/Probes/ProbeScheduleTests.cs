using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Agents.Sources;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Agents.Sources;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Tests.Silos;
using static OrleansRegistry.Tests.Shared.CardServer;

namespace OrleansRegistry.Tests.Probes;

/// <summary>Probes that are made by themselves.</summary>
public sealed class ProbeScheduleTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Caller alice = TestRegistry.NewCaller();
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("registry-test-").FullName;
    private CardServer server = null!;

    public async ValueTask InitializeAsync() => server = await CardServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        System.IO.Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Each_is_probed_soon_after_it_is_registered_and_then_once_an_interval()
    {
        await using var host = await ProbeHost.StartAsync();
        server.At["/a.json"] = Serve(Card("a"));
        await RegisterAsync(host, "a");
        await host.Agents.RegisterAsync(alice, Cards.Registration("not asked for"));
        await host.SeeAsync();
        await host.AdvanceAsync(Minute);
        Assert.Single(server.Requests);
        Assert.Equal(AgentProbeOutcome.Matches, await OutcomeAsync(host));
        var revision = host.Agents.Revision;
        for (var probes = 2; probes <= 4; probes++)
        {
            await host.AdvanceAsync(Hour);
            await host.AdvanceAsync(TimeSpan.Zero);
            Assert.Equal(probes, server.Requests.Count);
        }

        await host.SeeAsync();
        Assert.Equal(revision, host.Agents.Revision);
        var status = await host.Probes.GetProbeAsync(alice, "a");
        Assert.Equal(host.Time.GetUtcNow(), status.LastProbe);
        Assert.InRange(status.NextProbe!.Value, host.Time.GetUtcNow() + TimeSpan.FromTicks(1), host.Time.GetUtcNow() + Hour);

        // Another card is looked at soon, and who is no longer probed is forgotten.
        await host.Agents.PatchAsync(alice, "a", new AgentPatch("""{"description":"other"}"""u8.ToArray()));
        await host.SeeAsync();
        await host.AdvanceAsync(Minute);
        Assert.Equal(AgentProbeOutcome.Drifted, await OutcomeAsync(host));
        await host.Agents.PatchAsync(alice, "a", new AgentPatch { LifeCycle = AgentLifeCycle.Retired });
        await host.SeeAsync();
        Assert.Equal(0, host.Schedule.Waiting);
        await host.Agents.PatchAsync(alice, "a", new AgentPatch { LifeCycle = AgentLifeCycle.Active });
        await host.SeeAsync();
        Assert.Equal(1, host.Schedule.Waiting);
        await host.Agents.RemoveAsync(alice, "a");
        await host.SeeAsync();
        Assert.Equal(0, host.Schedule.Waiting);
    }

    [Fact]
    public async Task A_card_that_changes_during_a_probe_is_looked_at_soon_all_the_same()
    {
        await using var host = await ProbeHost.StartAsync();
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        server.At["/a.json"] = async context =>
        {
            asked.TrySetResult();
            await answer.Task;
            await Serve(Card("a"))(context);
        };
        await RegisterAsync(host, "a");
        await host.SeeAsync();
        host.Time.Advance(Minute);
        await host.Schedule.RunAsync(TestContext.Current.CancellationToken);
        await asked.Task;
        await host.Agents.PatchAsync(alice, "a", new AgentPatch("""{"description":"other"}"""u8.ToArray()));
        await host.SeeAsync();
        answer.SetResult();
        await host.Schedule.FinishAsync();
        Assert.Null(await OutcomeAsync(host));
        await host.AdvanceAsync(Minute);
        Assert.Equal(AgentProbeOutcome.Drifted, await OutcomeAsync(host));
    }

    [Fact]
    public async Task How_long_the_first_turn_is_overdue_is_told()
    {
        await using var host = await ProbeHost.StartAsync();
        server.At["/a.json"] = Serve(Card("a"));
        await RegisterAsync(host, "a");
        await host.SeeAsync();
        Assert.Equal(TimeSpan.Zero, host.Schedule.Lag);
        host.Time.Advance(2 * Minute);
        Assert.InRange(host.Schedule.Lag, Minute, 2 * Minute);
        await host.AdvanceAsync(TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, host.Schedule.Lag);
    }

    [Fact]
    public async Task One_that_fails_is_tried_again_sooner_and_then_less_and_less_often()
    {
        await using var host = await ProbeHost.StartAsync();
        await RegisterAsync(host, "a");
        await host.SeeAsync();
        await host.AdvanceAsync(Minute);
        Assert.Equal((1, AgentProbeOutcome.Unreachable), (server.Requests.Count, await OutcomeAsync(host)));
        for (var failures = 2; failures < 8; failures++)
        {
            await host.AdvanceAsync(ProbeTimes.Pause(failures - 1, Hour, 1) - TimeSpan.FromSeconds(1));
            Assert.Equal(failures - 1, server.Requests.Count);
            await host.AdvanceAsync(ProbeTimes.Pause(failures - 1, Hour, 1) + TimeSpan.FromSeconds(1));
            Assert.Equal(failures, (await host.Probes.GetProbeAsync(alice, "a")).Failures);
        }

        server.At["/a.json"] = Serve(Card("a"));
        await host.AdvanceAsync(Hour);
        Assert.Equal(AgentProbeOutcome.Matches, await OutcomeAsync(host));
    }

    [Fact]
    public async Task A_setting_has_all_probed_that_have_a_url_and_do_not_say_otherwise()
    {
        await using var host = await ProbeHost.StartAsync(options => options.Probes = options.Probes with { Usual = Hour });
        server.At["/a.json"] = Serve(Card("a"));
        await host.Agents.RegisterAsync(alice, SourceHost.At(server.Url("/a.json")));
        await host.Agents.RegisterAsync(alice, SourceHost.At(server.Url("/a.json"), "never") with { ProbeInterval = TimeSpan.Zero });
        await host.Agents.RegisterAsync(alice, new AgentRegistration("""{"name":"nowhere"}"""u8.ToArray()));
        await host.SeeAsync();
        Assert.Equal(1, host.Schedule.Waiting);
        await host.AdvanceAsync(Minute);
        Assert.Equal(3, server.Requests.Count);
        Assert.Equal(AgentProbeOutcome.Matches, await OutcomeAsync(host));
    }

    [Fact]
    public async Task Hosts_that_hang_hold_up_no_others_and_take_no_more_than_their_share()
    {
        await using var host = await ProbeHost.StartAsync(options =>
        {
            options.Probes = options.Probes with { MaxConcurrent = 8 };
            options.CardFetch = options.CardFetch with { AllowedNetworks = ["127.0.0.0/8"] };
        });
        var hanging = 0;
        var both = new TaskCompletionSource();
        server.At["/slow.json"] = context =>
        {
            if (Interlocked.Increment(ref hanging) == 2)
            {
                both.TrySetResult();
            }

            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        server.At["/a.json"] = Serve(Card("a"));
        for (var i = 0; i < 10; i++)
        {
            await RegisterAsync(host, $"slow{i}", server.Url("/slow.json"));
        }

        await using var other = await CardServer.StartAsync();
        other.At["/a.json"] = Serve(Card("a"));
        await RegisterAsync(host, "a", other.Url("/a.json"));
        await host.SeeAsync();
        host.Time.Advance(Minute);
        await host.Schedule.RunAsync(TestContext.Current.CancellationToken);
        await both.Task.WaitAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(
            async () => (await host.Agents.GetAsync(alice, "a", ReadConsistency.Strong))!.Probe!.Result is not null, "the probe of the other host");
        await host.Schedule.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, Volatile.Read(ref hanging));
        server.At["/slow.json"] = Serve(Card("a"));
        host.Time.Advance(SourceHost.Local.Timeout);
        await host.Schedule.FinishAsync();
    }

    [Fact]
    public async Task A_restart_probes_nobody_at_once_and_forgets_no_outcome()
    {
        var time = new FakeTimeProvider(Noon);
        server.At["/a.json"] = Serve(Card("a", "newer"));
        await using (var host = await ProbeHost.StartAsync(OnDisk, time))
        {
            for (var i = 0; i < 20; i++)
            {
                await RegisterAsync(host, $"a{i}");
            }

            await host.SeeAsync();
            await host.AdvanceAsync(Minute);
            Assert.Equal(20, server.Requests.Count);
        }

        time.Advance(TimeSpan.FromDays(3));
        await using var again = await ProbeHost.StartAsync(OnDisk, time);
        Assert.Equal(20, again.Schedule.Waiting);
        await again.AdvanceAsync(TimeSpan.Zero);
        Assert.Equal(20, server.Requests.Count);
        await again.AdvanceAsync(Hour / 2);
        Assert.InRange(server.Requests.Count, 22, 38);
        await again.AdvanceAsync(Hour / 2);
        Assert.Equal(40, server.Requests.Count);
        Assert.Equal(AgentProbeOutcome.Drifted, (await again.Agents.GetAsync(alice, "a0"))!.Probe!.Result!.Outcome);
        Assert.Equal(Noon + Minute, (await again.Agents.GetAsync(alice, "a0"))!.Probe!.Result!.Since);

        void OnDisk(RegistryOptions options)
        {
            options.StorageType = StorageType.Sqlite;
            options.DataDirectory = folder;
            options.Probes = options.Probes with { MaxConcurrent = 256 };
        }
    }

    [Fact]
    public async Task Of_several_processes_one_probes()
    {
        await using var silos = new TwoSilos();
        await silos.InitializeAsync();
        server.At["/a.json"] = Serve(Card("a"));
        IServiceProvider[] services = [.. silos.Services];
        var schedules = services.Select(silo => ScheduleOf(silo)).ToList();
        using var following = new CancellationTokenSource();
        var loops = schedules.Select(schedule => FollowAsync(schedule)).ToList();
        await services[0].GetRequiredService<IAgentRegistry>().RegisterAsync(
            alice,
            new AgentRegistration(Encoding.UTF8.GetBytes(Card("a"))) { ProbeUrl = server.Url("/a.json"), ProbeInterval = Hour },
            TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => Task.FromResult(schedules.TrueForAll(one => one.Schedule.Waiting == 1)), "both know of it");
        foreach (var (schedule, time) in schedules)
        {
            time.Advance(Minute);
            await schedule.RunAsync(TestContext.Current.CancellationToken);
        }

        await Task.WhenAll(schedules.Select(one => one.Schedule.FinishAsync()));
        Assert.Single(server.Requests);
        var known = await services[1].GetRequiredService<IAgentProbes>().GetProbeAsync(alice, "a", TestContext.Current.CancellationToken);
        Assert.Equal(AgentProbeOutcome.Matches, known.Result!.Outcome);
        await following.CancelAsync();
        await Task.WhenAll(loops);

        static (ProbeSchedule Schedule, FakeTimeProvider Time) ScheduleOf(IServiceProvider silo)
        {
            var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
            return (
                new ProbeSchedule(
                    silo.GetRequiredService<OrleansRegistry.Directory.AgentDirectory>(),
                    ActivatorUtilities.CreateInstance<AgentProber>(silo, new CardFetcher(SourceHost.Local, new AgentRules(), TimeProvider.System)),
                    new ProbeOptions(),
                    time,
                    NullLogger<ProbeSchedule>.Instance),
                time);
        }

        async Task FollowAsync((ProbeSchedule Schedule, FakeTimeProvider Time) one)
        {
            while (!following.IsCancellationRequested)
            {
                await one.Schedule.FollowAsync(following.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Task<AgentWriteResult> RegisterAsync(ProbeHost host, string id, string? url = null) => host.Agents.RegisterAsync(
        alice, new AgentRegistration(Encoding.UTF8.GetBytes(Card("a")), id) { ProbeUrl = url ?? server.Url("/a.json"), ProbeInterval = Hour });

    private async Task<AgentProbeOutcome?> OutcomeAsync(ProbeHost host) =>
        (await host.Agents.GetAsync(alice, "a", ReadConsistency.Strong))!.Probe?.Result?.Outcome;
}
