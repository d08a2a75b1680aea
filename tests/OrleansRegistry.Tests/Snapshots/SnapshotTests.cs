using System.Text;
using System.Text.Json;
using OrleansRegistry.Objects;
using OrleansRegistry.Snapshots;
using static OrleansRegistry.Tests.Snapshots.SnapshotRegistry;

namespace OrleansRegistry.Tests.Snapshots;

public sealed class SnapshotTests(SnapshotRegistry registry) : IClassFixture<SnapshotRegistry>
{
    private readonly Caller caller = TestRegistry.NewCaller();

    private ISnapshotStore Snapshots => registry.Snapshots;

    [Fact]
    public async Task What_is_saved_is_read_and_found_by_id_session_and_index()
    {
        var first = await registry.SaveAsync(caller, """{ "b": 1.0, "a": [1, 2.50] }""");
        var second = await registry.SaveAsync(caller, "[2]");
        var other = await registry.SaveAsync(caller, "[3]", session: "t", index: 7);
        Assert.Equal((0, 1, 7), (first.Index, second.Index, other.Index));
        Assert.Equal("""{"a":[1,2.5],"b":1.0}""", await registry.LoadAsync(caller, first));
        Assert.Equal(first, await Snapshots.GetAsync(caller, "a", first.Id));
        Assert.Equal(second, await Snapshots.FindAsync(caller, "a", "s", 1));
        Assert.Equal(other, await Snapshots.GetLatestAsync(caller, "a"));
        Assert.Equal(second, await Snapshots.GetLatestAsync(caller, "a", "s"));
        Assert.Equal(first, await Snapshots.VerifyAsync(caller, "a", first.Id));
        Assert.Null(await Snapshots.GetAsync(caller, "b", first.Id));
        Assert.Null(await Snapshots.FindAsync(caller, "a", "s", 2));
        Assert.Null(await Snapshots.GetLatestAsync(caller, "a", "u"));

        await Snapshots.DeleteAsync(caller, "a", first.Id);
        Assert.Null(await Snapshots.GetAsync(caller, "a", first.Id));
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.DeleteAsync(caller, "a", first.Id));
        await RefusedAsync(RegistryError.NotFound, () => registry.LoadAsync(caller, first));
    }

    [Fact]
    public async Task An_index_is_taken_once_unless_it_is_to_be_replaced()
    {
        var first = await registry.SaveAsync(caller, "[1]", index: 5);
        var refused = await RefusedAsync(RegistryError.Conflict, () => registry.SaveAsync(caller, "[2]", index: 5));
        Assert.Equal("index", refused.Field);
        var replace = new SnapshotSave { AgentId = "a", SessionId = "s", Index = 5, Replace = true };
        var second = await Snapshots.SaveAsync(caller, replace, new MemoryStream(Json("[2]")));
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal([second], (await Snapshots.ListAsync(caller)).Snapshots);
        Assert.Single(registry.FilesOf(caller));
        Assert.Equal(6, (await registry.SaveAsync(caller)).Index);
    }

    [Fact]
    public async Task Saves_at_the_same_time_get_an_index_each()
    {
        var saved = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => registry.SaveAsync(caller, $"[{i}]")));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), saved.Select(snapshot => snapshot.Index).Order());
    }

    [Fact]
    public async Task A_request_that_names_itself_is_carried_out_once()
    {
        var named = caller with { IdempotencyKey = "k" };
        var first = await registry.SaveAsync(named);
        var again = await registry.SaveAsync(named);
        Assert.Equal(first with { Repeated = true }, again);
        await RefusedAsync(RegistryError.KeyReused, () => registry.SaveAsync(named, "[9]"));
        Assert.Single((await Snapshots.ListAsync(caller)).Snapshots);
    }

    [Fact]
    public async Task Another_owners_snapshots_are_not_there()
    {
        var bob = caller with { Subject = "bob" };
        await registry.Agents.RegisterAsync(caller, Cards.Registration("Owned", id: "owned"));
        var saved = await registry.SaveAsync(caller, agent: "owned");
        Assert.Equal(RegistryError.Forbidden, (await RefusedAsync(RegistryError.Forbidden, () => registry.SaveAsync(bob, agent: "owned"))).Error);
        Assert.Null(await Snapshots.GetAsync(bob, "owned", saved.Id));
        Assert.Null(await Snapshots.FindAsync(bob, "owned", "s", 0));
        Assert.Null(await Snapshots.GetLatestAsync(bob, "owned"));
        Assert.Empty((await Snapshots.ListAsync(bob)).Snapshots);
        await RefusedAsync(RegistryError.NotFound, () => registry.LoadAsync(bob, saved));
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.OpenFileAsync(bob, "owned", saved.Id));
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.VerifyAsync(bob, "owned", saved.Id));
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.DeleteAsync(bob, "owned", saved.Id));

        // Who sees all owners reads, and changes nothing.
        var auditor = caller with { Subject = "auditor", SeesAllOwners = true };
        Assert.Equal("""{"a":1}""", await registry.LoadAsync(auditor, saved));
        Assert.Equal([saved], (await Snapshots.ListAsync(auditor)).Snapshots);
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.DeleteAsync(auditor, "owned", saved.Id));

        // Of an agent that nobody is known to own, each has snapshots of its own, by the same indexes.
        Assert.Equal(0, (await registry.SaveAsync(caller, agent: "free")).Index);
        Assert.Equal(0, (await registry.SaveAsync(bob, agent: "free")).Index);
        Assert.Single((await Snapshots.ListAsync(bob)).Snapshots);
        Assert.Equal(3, (await Snapshots.ListAsync(auditor)).Snapshots.Count);
    }

    [Theory]
    [InlineData("../../etc/passwd", "..%2f..")]
    [InlineData("/", "\\..\\x")]
    [InlineData(".store", ".hidden")]
    [InlineData("a/../b", "é€😀")]
    [InlineData("CON", "a\u202eb")]
    public async Task Names_lead_to_no_other_place(string agent, string session)
    {
        var saved = await registry.SaveAsync(caller, agent: agent, session: session);
        Assert.Equal("""{"a":1}""", await registry.LoadAsync(caller, saved));
        var file = registry.FilesOf(caller).Single();
        Assert.Equal(5, Path.GetRelativePath(registry.Objects.Folder, file).Split('/').Length + 1);
        Assert.Equal([saved], (await Snapshots.ListAsync(caller, new SnapshotQuery { AgentId = agent, SessionId = session })).Snapshots);
    }

    [Theory]
    [InlineData("", "s", null, "agent_id")]
    [InlineData("a", "", null, "session_id")]
    [InlineData("..", "s", null, "agent_id")]
    [InlineData("a", "\u0000", null, "session_id")]
    [InlineData("a", "s", -1L, "index")]
    public async Task Names_that_are_none_are_refused(string agent, string session, long? index, string field) =>
        Assert.Equal(
            field,
            (await RefusedAsync(RegistryError.Invalid, () => registry.SaveAsync(caller, agent: agent, session: session, index: index))).Field);

    [Fact]
    public async Task States_that_are_none_or_too_large_leave_nothing_behind()
    {
        await RefusedAsync(RegistryError.Invalid, () => registry.SaveAsync(caller, "{"));
        await RefusedAsync(RegistryError.TooLarge, () => registry.SaveAsync(caller, $"\"{new string('x', 12 * 1024 * 1024)}\""));
        await RefusedAsync(
            RegistryError.Invalid,
            () => Snapshots.SaveAsync(caller, new SnapshotSave { AgentId = "a", Description = new string('d', 5000) }, new MemoryStream(Json("1"))));
        Assert.Empty(registry.FilesOf(caller));
        Assert.Empty((await Snapshots.ListAsync(caller)).Snapshots);
    }

    /// <summary>Twice the memory that a buffer keeps.</summary>
    [Fact]
    public async Task A_large_state_goes_in_and_out_as_a_stream()
    {
        var part = $"\"{new string('y', 100_000)}\"";
        var state = $"{{\"b\":[{string.Join(", ", Enumerable.Repeat(part, 50))}],\"a\":[{string.Join(",", Enumerable.Repeat(part, 50))}]}}";
        var saved = await registry.SaveAsync(caller, state);
        var list = string.Join(",", Enumerable.Repeat(part, 50));
        Assert.Equal($"{{\"a\":[{list}],\"b\":[{list}]}}", await registry.LoadAsync(caller, saved));
        Assert.Equal(HashOf($"{{\"a\":[{list}],\"b\":[{list}]}}"), saved.ContentHash);
    }

    [Fact]
    public async Task Lists_are_narrowed_down_and_come_in_pages()
    {
        var start = registry.Time.GetUtcNow();
        for (var i = 0; i < 25; i++)
        {
            await Snapshots.SaveAsync(
                caller,
                new SnapshotSave { AgentId = i % 2 == 0 ? "a" : "b", SessionId = $"s{i % 3}", Description = $"Step {i} of Ärger" },
                new MemoryStream(Json($"{i}")));
            registry.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(Enumerable.Range(0, 25).Reverse(), await ListAsync(new SnapshotQuery { PageSize = 7 }));
        Assert.Equal([24, 22, 20], (await ListAsync(new SnapshotQuery { AgentId = "a" })).Take(3));
        Assert.Equal([24, 18, 12, 6, 0], await ListAsync(new SnapshotQuery { AgentId = "a", SessionId = "s0" }));
        Assert.Equal([21, 18], (await ListAsync(new SnapshotQuery { SessionId = "s0" })).Skip(1).Take(2));
        Assert.Equal([2], await ListAsync(new SnapshotQuery { Text = "step 2 OF äRGER" }));
        Assert.Equal(
            [13, 7, 1],
            await ListAsync(new SnapshotQuery { Text = "ärger", SessionId = "s1", AgentId = "b", PageSize = 1, Before = start.AddSeconds(18) }));
        Assert.Equal([24, 23], await ListAsync(new SnapshotQuery { Since = start.AddSeconds(22.5) }));
        Assert.Equal([0], await ListAsync(new SnapshotQuery { Before = start.AddSeconds(0.5) }));
        Assert.Equal([8], await ListAsync(new SnapshotQuery { AgentId = "a", SessionId = "s2", Index = 1 }));
        await RefusedAsync(RegistryError.Invalid, () => Snapshots.ListAsync(caller, new SnapshotQuery { PageSize = 101 }));
        await RefusedAsync(RegistryError.Invalid, () => Snapshots.ListAsync(caller, new SnapshotQuery { PageToken = "nonsense" }));

        async Task<List<int>> ListAsync(SnapshotQuery query)
        {
            var found = new List<int>();
            registry.Objects.Calls.Clear();
            var token = default(string);
            do
            {
                var page = await Snapshots.ListAsync(caller, query with { PageToken = token });
                found.AddRange(page.Snapshots.Select(snapshot => int.Parse(snapshot.Description!.Split(' ')[1])));
                token = page.NextPageToken;
            }
            while (token is not null);
            Assert.Empty(registry.Objects.Calls);
            return found;
        }
    }
}
