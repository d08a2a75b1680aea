using FsCheck;
using FsCheck.Fluent;

namespace OrleansRegistry.Directory.Tests;

public sealed class WatchTests
{
    private readonly TestDirectory directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Whoever_takes_in_all_events_has_what_a_list_has()
    {
        string[] tags = ["a", "b"];
        var cards = from tag in Gen.Elements(tags) from text in Gen.Elements("x", "y") select (TestCard?)new TestCard("n", text, Tags: [tag]);
        var step = from number in Gen.Choose(0, 4)
                   from card in Gen.Frequency((4, cards), (1, Gen.Constant<TestCard?>(null)))
                   from enabled in Gen.Elements(true, false)
                   select (number, card, enabled);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(step.ArrayOf(30).ToArbitrary(), run =>
        {
            var changing = new TestDirectory();
            var query = new AgentQuery { Tags = ["a"], Enabled = true };
            var watching = Watch(changing, query, null);
            var seen = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var (number, card, enabled) in run)
            {
                if (card is null)
                {
                    changing.Remove($"id{number}");
                }
                else
                {
                    changing.Put($"id{number}", card, enabled);
                }
            }

            changing.Put("last", new TestCard("last", Tags: ["a"]));
            while (!seen.ContainsKey("last"))
            {
                Take(watching.NextAsync().GetAwaiter().GetResult(), seen);
            }

            var listed = changing.Agents.List(TestDirectory.Everybody, query).Agents.ToDictionary(agent => agent.Id, agent => agent.Revision);
            Assert.Equal(listed.OrderBy(pair => pair.Key, StringComparer.Ordinal), seen.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        }));
    }

    [Fact]
    public async Task Each_change_has_its_name()
    {
        directory.Put("a", new TestCard("a", Tags: ["x"]));
        var watch = Watch(directory, new AgentQuery { Tags = ["x"] }, null);
        Assert.Equal((AgentEventKind.Present, "a"), Of(await watch.NextAsync()));
        Assert.Equal((AgentEventKind.Synced, null), Of(await watch.NextAsync()));

        directory.Put("b", new TestCard("b", Tags: ["x"]));
        directory.Put("other", new TestCard("other", Tags: ["y"]));
        directory.Put("a", new TestCard("a", "new", Tags: ["x"]));
        directory.Put("a", new TestCard("a", "new", Tags: ["x"]), enabled: false);
        directory.Put("other", new TestCard("other", Tags: ["x"]));
        directory.Put("a", new TestCard("a", Tags: ["y"]));
        directory.Remove("b");
        directory.Put("b", new TestCard("b", Tags: ["x"]), tenant: "elsewhere");
        directory.Put("end", new TestCard("end", Tags: ["x"]));
        (AgentEventKind, string?)[] expected =
        [
            (AgentEventKind.Registered, "b"), (AgentEventKind.Updated, "a"), (AgentEventKind.Status, "a"), (AgentEventKind.Entered, "other"),
            (AgentEventKind.Left, "a"), (AgentEventKind.Removed, "b"), (AgentEventKind.Registered, "end"),
        ];
        foreach (var each in expected)
        {
            Assert.Equal(each, Of(await watch.NextAsync()));
        }
    }

    [Fact]
    public async Task A_watch_goes_on_after_the_revision_that_it_came_to()
    {
        directory.Put("a", new TestCard("a"));
        directory.Put("b", new TestCard("b"));
        directory.Put("c", new TestCard("c"));
        var watch = Watch(directory, new AgentQuery(), 2);
        Assert.Equal((AgentEventKind.Registered, "c"), Of(await watch.NextAsync()));
    }

    [Fact]
    public async Task What_this_node_wrote_ahead_of_the_feed_is_told_in_its_turn()
    {
        directory.Put("a", new TestCard("a"));
        var watch = Watch(directory, new AgentQuery(), directory.Agents.Revision);
        var ahead = directory.Record("a", new TestCard("a", "second"), 3);
        directory.Agents.TakeIn(ahead, null, directory.Agents.History);
        directory.Feed(2, "b", directory.Record("b", new TestCard("b"), 2));
        directory.Feed(3, "a", ahead);
        Assert.Equal((AgentEventKind.Registered, "b"), Of(await watch.NextAsync()));
        var updated = await watch.NextAsync();
        Assert.Equal((AgentEventKind.Updated, "a", 3L), (updated.Kind, updated.AgentId, updated.Revision));
    }

    [Fact]
    public async Task Who_is_too_far_behind_is_told_to_begin_anew()
    {
        var log = new ChangeLog(most: 3);
        log.Restart(new RegistryPosition(0, 10));
        for (var revision = 11; revision <= 15; revision++)
        {
            log.Add(new Storage.RecordKey("t", $"{revision}"), revision, null, AgentEntryOf(revision));
            log.Advance(revision);
        }

        var found = new List<LoggedChange>();
        Assert.Null(log.ReadAfter(new RegistryPosition(0, 11), found));
        Assert.Equal(15, log.ReadAfter(new RegistryPosition(0, 12), found)!.Revision);
        Assert.Equal([13L, 14L, 15L], found.Select(change => change.Revision));
        Assert.Null(log.ReadAfter(new RegistryPosition(0, 16), found));
        Assert.Null(log.ReadAfter(new RegistryPosition(1, 13), found));

        directory.Put("a", new TestCard("a"));
        var watch = Watch(directory, new AgentQuery(), -1);
        Assert.Equal(AgentEventKind.Reset, (await watch.NextAsync()).Kind);
        Assert.Equal((AgentEventKind.Present, "a"), Of(await watch.NextAsync()));
    }

    [Fact]
    public async Task Whoever_is_cut_off_within_a_reset_begins_anew()
    {
        directory.Put("a", new TestCard("a"));
        directory.Put("b", new TestCard("b"));
        var reset = await Watch(directory, new AgentQuery(), -1).NextAsync();
        Assert.Equal((AgentEventKind.Reset, 0L), (reset.Kind, reset.Revision));
        var again = Watch(directory, new AgentQuery(), reset.Revision);
        Assert.Equal((AgentEventKind.Registered, "a"), Of(await again.NextAsync()));
        Assert.Equal((AgentEventKind.Registered, "b"), Of(await again.NextAsync()));
    }

    [Fact]
    public async Task A_watch_that_nothing_is_for_is_told_how_far_it_is()
    {
        var watch = Watch(directory, new AgentQuery { Tags = ["x"] }, 0);
        var next = watch.NextAsync();
        for (var i = 0; i < 1_500; i++)
        {
            directory.Put("other", new TestCard("other", $"{i}"));
        }

        var synced = await next;
        Assert.Equal(AgentEventKind.Synced, synced.Kind);
        Assert.InRange(synced.Revision!.Value, 1_000, 1_500);
    }

    [Fact]
    public void Large_cards_leave_less_room_for_changes()
    {
        var log = new ChangeLog(most: 100, mostBytes: 10_000);
        for (var revision = 1; revision <= 10; revision++)
        {
            log.Add(new Storage.RecordKey("t", "x"), revision, null, AgentEntryOf(revision, new string('y', 3_000)));
            log.Advance(revision);
        }

        var found = new List<LoggedChange>();
        Assert.Null(log.ReadAfter(new RegistryPosition(0, 7), found));
        Assert.NotNull(log.ReadAfter(new RegistryPosition(0, 9), found));
        Assert.Equal(10, Assert.Single(found).Revision);
    }

    [Fact]
    public void So_do_many_instances()
    {
        var metadata = RawJson.FromValid(System.Text.Encoding.UTF8.GetBytes($$"""{"a":"{{new string('x', 992)}}"}"""));
        AgentInstance[] instances =
            [.. Enumerable.Range(0, 10).Select(i => new AgentInstance { Name = $"{i}", Url = $"http://{i}", Metadata = metadata })];
        Assert.InRange(BytesOf(instances) - BytesOf([]), 10_000, 10_200);

        long BytesOf(AgentInstance[] some) => new LoggedChange(1, "t", "x", null, AgentEntryOf(1, instances: some)).Bytes;
    }

    [Fact]
    public async Task An_agent_that_falls_silent_while_an_instance_is_healthy_is_a_status()
    {
        var instance = new AgentInstance { Name = "i", Url = "http://i", Lease = new AgentLease { Ttl = TimeSpan.FromSeconds(30) } };
        var agent = directory.Record("a", new TestCard("a"), 1) with { Instances = [instance], Lease = instance.Lease };
        directory.Feed(1, "a", agent);
        var watch = Watch(directory, new AgentQuery(), null);
        await watch.NextAsync();
        await watch.NextAsync();
        directory.Feed(2, "a", agent with { Lease = agent.Lease with { Health = AgentHealth.Unhealthy } });
        Assert.Equal((AgentEventKind.Status, "a"), Of(await watch.NextAsync()));
        directory.Feed(3, "a", agent with { Lease = agent.Lease with { Health = AgentHealth.Unhealthy }, Workers = ["bob"] });
        Assert.Equal((AgentEventKind.Updated, "a"), Of(await watch.NextAsync()));
    }

    [Fact]
    public void Of_what_was_ahead_of_a_picture_that_was_taken_in_nobody_is_told_half()
    {
        var log = new ChangeLog();
        log.Restart(new RegistryPosition(0, 15), ahead: 20);
        log.Advance(21);
        Assert.Null(log.ReadAfter(new RegistryPosition(0, 16), []));
        Assert.NotNull(log.ReadAfter(new RegistryPosition(0, 20), []));
    }

    [Theory]
    [InlineData("q")]
    [InlineData("page_size")]
    [InlineData("page_token")]
    public void What_a_watch_cannot_do_is_refused_at_once(string field)
    {
        var query = field switch
        {
            "q" => new AgentQuery { Words = "x" },
            "page_size" => new AgentQuery { PageSize = 1 },
            _ => new AgentQuery { PageToken = "x" },
        };
        var refused = Assert.Throws<RegistryException>(
            () => directory.Agents.WatchAsync(TestDirectory.Everybody, query, null, TimeProvider.System, Cancellation));
        Assert.Equal(field, refused.Field);
    }

    private AgentEntry AgentEntryOf(long revision, string description = "", AgentInstance[]? instances = null) => AgentEntry.For(
        directory.Record("x", new TestCard("x", description), revision) with { Instances = instances ?? [] },
        null,
        new ExtensionPolicy(),
        null,
        new TextGeneration(),
        out _);

    private static Watching Watch(TestDirectory of, AgentQuery query, long? after) =>
        new(of.Agents.WatchAsync(TestDirectory.Everybody, query, after, TimeProvider.System, Cancellation).GetAsyncEnumerator(Cancellation));

    private static (AgentEventKind Kind, string? Id) Of(AgentEvent happened) => (happened.Kind, happened.AgentId);

    private static void Take(AgentEvent happened, Dictionary<string, long> seen)
    {
        if (happened.Kind is AgentEventKind.Removed or AgentEventKind.Left)
        {
            Assert.True(seen.Remove(happened.AgentId!));
        }
        else if (happened.Agent is { } agent)
        {
            Assert.Equal(happened.Kind is AgentEventKind.Updated or AgentEventKind.Status, seen.ContainsKey(agent.Id));
            seen[agent.Id] = agent.Revision;
        }
    }

    private sealed class Watching(IAsyncEnumerator<AgentEvent> events)
    {
        public async Task<AgentEvent> NextAsync()
        {
            Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
            return events.Current;
        }
    }
}
