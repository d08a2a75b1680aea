using System.Text;
using OrleansRegistry.Agents.Versions;

namespace OrleansRegistry.Tests.Agents.Versions;

/// <summary>The cards that an agent had.</summary>
public abstract class VersionTests(TestRegistry registry)
{
    private readonly Caller me = TestRegistry.NewCaller();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_other_card_is_a_version_and_nothing_else_is()
    {
        await PutAsync("1.0");
        await registry.Agents.PatchAsync(me, "a", new AgentPatch { Enabled = false, LifeCycle = AgentLifeCycle.Deprecated });
        await PutAsync("1.0");
        Assert.Equal(0, await StoredAsync());
        var other = me with { Subject = "bob" };
        await registry.Agents.RegisterAsync(other, new AgentRegistration(Card("1.1")));
        await registry.Agents.PatchAsync(me, "a", new AgentPatch("""{"version":"2.0"}"""u8.ToArray()));

        var page = await registry.Versions.ListAsync(me, "a", cancellationToken: Cancellation);
        Assert.Null(page.NextPageToken);
        Assert.Equal(
            [(3, "2.0", "alice", true), (2, "1.1", "bob", false), (1, "1.0", "alice", false)],
            page.Versions.Select(version => (version.Number, version.Version, version.WrittenBy, version.IsCurrent)));
        Assert.Equal(3, (await registry.Agents.GetAsync(me, "a"))!.VersionNumber);
        Assert.True(page.Versions[0].WrittenAt > page.Versions[1].WrittenAt && page.Versions[1].WrittenAt > page.Versions[2].WrittenAt);
        Assert.Equal(Card("1.0").ToArray(), (await registry.Versions.GetAsync(me, "a", "@1", Cancellation)).Card.Utf8.ToArray());
    }

    [Fact]
    public async Task An_agent_whose_card_never_changes_costs_no_more()
    {
        await registry.Agents.RegisterManyAsync(me, [.. Enumerable.Range(0, 20).Select(i => new AgentRegistration(Card("1.0"), $"agent {i}"))]);
        registry.Store.Reset();
        await registry.Agents.RegisterManyAsync(me, [.. Enumerable.Range(0, 20).Select(i => new AgentRegistration(Card("1.0"), $"more {i}"))]);
        Assert.Equal((0, 0), (registry.Store.Writes(AgentVersionKind.Kind), registry.Store.Reads(AgentVersionKind.Kind)));
        var stored = (await registry.Store.ReadAsync(AgentKind.Kind, new RecordKey(me.Tenant, "more 1")))!.Body.Fields.ToString();
        Assert.DoesNotContain("\"card\"", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("labels", stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_go_by_number_label_what_the_card_says_and_latest()
    {
        foreach (var version in (string[])["1.0", "2.0", "1.0", "3.0"])
        {
            await PutAsync(version, $"{Guid.NewGuid()}");
        }

        await registry.Versions.LabelAsync(me, "a", "stable", 2, Cancellation);
        await registry.Versions.LabelAsync(me, "a", "2.0", 1, Cancellation);
        foreach (var (name, number) in ((string, long)[])[("@1", 1), ("1.0", 3), ("stable", 2), ("2.0", 1), ("latest", 4), ("3.0", 4)])
        {
            Assert.Equal(number, await NumberAsync(name));
        }

        Assert.Equal(["2.0"], (await registry.Versions.GetAsync(me, "a", "@1", Cancellation)).Info.Labels);

        await RefusedAsync(RegistryError.NotFound, "version", () => NumberAsync("9.0"));
        await RefusedAsync(RegistryError.NotFound, "version", () => NumberAsync("@5"));
        foreach (var wrong in (string[])["", "@", "@0", "@-1", "@1.0", "@ 1"])
        {
            await RefusedAsync(RegistryError.Invalid, "version", () => NumberAsync(wrong));
        }

        await RefusedAsync(RegistryError.NotFound, "agent_id", () => registry.Versions.GetAsync(me, "nobody", "@1", Cancellation));
        await RefusedAsync(RegistryError.NotFound, "agent_id", () => registry.Versions.GetAsync(TestRegistry.NewCaller(), "a", "@1", Cancellation));
    }

    [Fact]
    public async Task Lists_go_on_over_pages()
    {
        await WriteAsync(7);
        var numbers = new List<long>();
        string? token = null;
        do
        {
            var page = await registry.Versions.ListAsync(me, "a", 3, token, Cancellation);
            Assert.InRange(page.Versions.Count, 1, 3);
            numbers.AddRange(page.Versions.Select(version => version.Number));
            token = page.NextPageToken;
        }
        while (token is not null);
        Assert.Equal([7, 6, 5, 4, 3, 2, 1], numbers);
        await RefusedAsync(RegistryError.Invalid, "page_size", () => registry.Versions.ListAsync(me, "a", 0, null, Cancellation));
        await RefusedAsync(RegistryError.Invalid, "page_size", () => registry.Versions.ListAsync(me, "a", 101, null, Cancellation));
        foreach (var wrong in (string[])["no", PageToken.Make("x", "versions\u0001a"), PageToken.Make("-1", "versions\u0001a")])
        {
            await RefusedAsync(RegistryError.Invalid, "page_token", () => registry.Versions.ListAsync(me, "a", 1, wrong, Cancellation));
        }
    }

    [Fact]
    public async Task One_that_cannot_be_read_hides_none_that_are_older()
    {
        await WriteAsync(6, alike: false);
        foreach (var number in (long[])[5, 3])
        {
            var key = AgentVersionKind.KeyOf(me.Tenant, "a", number);
            var stored = (await registry.Store.ReadAsync(AgentVersionKind.Kind, key, Cancellation))!;
            var broken = Encoding.UTF8.GetBytes(
                stored.Body.Fields.ToString().Replace("\"card_version\":", "\"written_by\":7,\"card_version\":", StringComparison.Ordinal)
                    .Replace("\"written_by\":\"alice\",", "", StringComparison.Ordinal));
            await registry.Store.WriteAsync(
                AgentVersionKind.Kind, key, stored.Version, stored.Body with { Fields = RawJson.FromValid(broken) }, Cancellation);
        }

        var first = await registry.Versions.ListAsync(me, "a", 2, null, Cancellation);
        Assert.Equal([6, 4], first.Versions.Select(version => version.Number));
        var second = await registry.Versions.ListAsync(me, "a", 2, first.NextPageToken, Cancellation);
        Assert.Equal([2, 1], second.Versions.Select(version => version.Number));
        Assert.Null(second.NextPageToken);
        Assert.Equal(4, await NumberAsync("@4"));
        await RefusedAsync(RegistryError.Unreadable, null, () => NumberAsync("@5"));
    }

    [Fact]
    public async Task Cards_that_differ_little_are_in_the_agents_record_and_go_from_there_together()
    {
        await WriteAsync(ReplacedCards.MostCards + 1);
        Assert.Equal(0, await StoredAsync());
        await PutAsync("more");
        Assert.Equal(1, await StoredAsync());
        await WriteAsync(3);
        Assert.Equal(1, await StoredAsync());
        Assert.Equal(Card("5").ToArray(), (await registry.Versions.GetAsync(me, "a", "@5", Cancellation)).Card.Utf8.ToArray());
        var newest = (await registry.Agents.GetAsync(me, "a"))!;
        Assert.Empty(newest.Replaced);
        Assert.Empty((await registry.Agents.GetAsync(me, "a", ReadConsistency.Strong))!.Replaced);

        // One that cannot be made again from what is stored is refused with those of its record, and no others.
        var key = AgentVersionKind.KeyOf(me.Tenant, "a", ReplacedCards.MostCards + 1);
        var stored = (await registry.Store.ReadAsync(AgentVersionKind.Kind, key, Cancellation))!;
        var broken = stored.Body.Fields.ToString().Replace("\"end\":", "\"end\":99999", StringComparison.Ordinal);
        var body = stored.Body with { Fields = RawJson.FromValid(Encoding.UTF8.GetBytes(broken)) };
        await registry.Store.WriteAsync(AgentVersionKind.Kind, key, stored.Version, body, Cancellation);
        await RefusedAsync(RegistryError.Unreadable, null, () => NumberAsync("@5"));
        Assert.Equal(
            [21, 20, 19, 18],
            (await registry.Versions.ListAsync(me, "a", 100, null, Cancellation)).Versions.Select(version => version.Number));
    }

    [Fact]
    public async Task A_card_that_was_changed_by_what_knew_no_versions_beside_it_costs_those_before_and_makes_none_up()
    {
        await WriteAsync(4);
        var key = new RecordKey(me.Tenant, "a");
        var stored = (await registry.Store.ReadAsync(AgentKind.Kind, key, Cancellation))!;
        var agent = AgentKind.Read(stored);
        Assert.Equal(3, agent.Replaced.Count);
        var other = agent with { Card = RawJson.FromValid(Card("5").Span), Stamp = agent.Stamp! with { Number = 5 } };
        await registry.Store.WriteAsync(AgentKind.Kind, key, stored.Version, AgentKind.Write(other), Cancellation);

        await PutAsync("6");
        Assert.Equal(["6", "5"], await CardVersionsAsync());
        await RefusedAsync(RegistryError.NotFound, "version", () => NumberAsync("@3"));
    }

    [Fact]
    public async Task A_roll_back_is_a_new_version_under_the_condition_of_a_revision()
    {
        await PutAsync("1.0");
        var second = await PutAsync("2.0");
        await RefusedAsync(RegistryError.Conflict, null, () => BackAsync("1.0", new(second.Agent.Revision - 1)));
        var back = await BackAsync("1.0", new(second.Agent.Revision));
        Assert.Equal(3, back.Agent.VersionNumber);
        Assert.Equal(Card("1.0").ToArray(), back.Agent.Card.Utf8.ToArray());
        await RefusedAsync(RegistryError.NotFound, "to", () => BackAsync("9", default));
        Assert.Equal(3, (await BackAsync("latest", default)).Agent.VersionNumber);

        Task<AgentWriteResult> BackAsync(string to, WriteCondition condition) =>
            registry.Versions.RollBackAsync(me, "a", to, condition, cancellationToken: Cancellation);
    }

    [Fact]
    public async Task Labels_are_moved_and_removed_by_the_owner_alone()
    {
        await WriteAsync(2);
        var bob = me with { Subject = "bob" };
        await RefusedAsync(RegistryError.Forbidden, "label", () => registry.Versions.LabelAsync(bob, "a", "stable", 1, Cancellation));
        await RefusedAsync(RegistryError.NotFound, "version", () => registry.Versions.LabelAsync(me, "a", "stable", 3, Cancellation));
        await RefusedAsync(RegistryError.NotFound, "agent_id", () => registry.Versions.LabelAsync(me, "nobody", "stable", 1, Cancellation));
        await registry.Versions.LabelAsync(me, "a", "stable", 1, Cancellation);
        var agent = await registry.Versions.LabelAsync(me, "a", "beta", 2, Cancellation);
        Assert.Equal([new("beta", 2), new("stable", 1)], agent.Labels);
        agent = await registry.Versions.LabelAsync(me, "a", "stable", 2, Cancellation);
        Assert.Equal(agent.Labels, (await registry.Agents.GetAsync(me, "a"))!.Labels);
        await PutAsync("kept by a replacement");
        Assert.Equal([new("beta", 2), new("stable", 2)], (await registry.Agents.GetAsync(me, "a"))!.Labels);
        await RefusedAsync(RegistryError.Forbidden, "label", () => registry.Versions.UnlabelAsync(bob, "a", "stable", Cancellation));
        Assert.Equal([new("beta", 2)], (await registry.Versions.UnlabelAsync(me, "a", "stable", Cancellation)).Labels);
        await RefusedAsync(RegistryError.NotFound, "label", () => registry.Versions.UnlabelAsync(me, "a", "stable", Cancellation));
        foreach (var wrong in (string[])["", "latest", "@1", "a/b", "-a", "ü", new string('l', 65)])
        {
            await RefusedAsync(RegistryError.Invalid, "label", () => registry.Versions.LabelAsync(me, "a", wrong, 1, Cancellation));
        }

        for (var i = 1; i < AgentLabel.MaxCount; i++)
        {
            await registry.Versions.LabelAsync(me, "a", $"l{i}", 1, Cancellation);
        }

        await RefusedAsync(RegistryError.Invalid, "label", () => registry.Versions.LabelAsync(me, "a", "more", 1, Cancellation));
    }

    [Fact]
    public async Task A_version_is_stored_before_the_card_that_takes_its_place_and_a_failure_between_leaves_nothing_wrong()
    {
        await PutAsync("1.0", Unlike(1));
        registry.Store.AfterWrite = (kind, _) =>
        {
            if (kind == AgentVersionKind.Kind)
            {
                throw new RegistryException(RegistryError.Unavailable, "Gone.");
            }
        };
        await RefusedAsync(RegistryError.Unavailable, null, () => PutAsync("2.0", Unlike(2)));
        registry.Store.AfterWrite = null;
        Assert.Equal(1, await StoredAsync());
        var only = Assert.Single((await registry.Versions.ListAsync(me, "a", cancellationToken: Cancellation)).Versions);
        Assert.Equal((1, "1.0", true), (only.Number, only.Version, only.IsCurrent));

        await PutAsync("3.0", Unlike(3));
        Assert.Equal(["3.0", "1.0"], await CardVersionsAsync());
        Assert.Equal(1, await StoredAsync());

        // Left by another history of the registry: a version of the number that the card has now.
        var key = AgentVersionKind.KeyOf(me.Tenant, "a", 2);
        var agent = (await registry.Agents.GetAsync(me, "a"))!;
        var wrong = AgentVersionKind.Of(agent with { Card = RawJson.FromValid(Card("wrong").Span) });
        await registry.Store.WriteAsync(AgentVersionKind.Kind, key, 0, AgentVersionKind.Write(wrong));
        Assert.Equal(["3.0", "1.0"], await CardVersionsAsync());
        await PutAsync("4.0", Unlike(4));
        Assert.Equal(["4.0", "3.0", "1.0"], await CardVersionsAsync());
    }

    [Fact]
    public async Task Where_no_version_can_be_stored_the_card_stays()
    {
        await PutAsync("1.0", Unlike(1));
        registry.Store.BeforeWrite = (kind, _) =>
        {
            if (kind == AgentVersionKind.Kind)
            {
                throw new RegistryException(RegistryError.StorageFull, "No room.");
            }
        };
        await RefusedAsync(RegistryError.StorageFull, null, () => PutAsync("2.0", Unlike(2)));
        await registry.Agents.PatchAsync(me, "a", new AgentPatch { Enabled = false });
        registry.Store.BeforeWrite = null;
        Assert.Equal(["1.0"], await CardVersionsAsync());
    }

    [Fact]
    public async Task A_removed_agents_versions_are_gone_and_the_next_of_its_id_begins_anew()
    {
        await WriteAsync(3, alike: false);
        await registry.Versions.LabelAsync(me, "a", "stable", 1, Cancellation);
        await registry.Agents.RemoveAsync(me, "a");
        Assert.Equal(0, await StoredAsync());
        await PutAsync("new");
        var only = Assert.Single((await registry.Versions.ListAsync(me, "a", cancellationToken: Cancellation)).Versions);
        Assert.Equal((1, true), (only.Number, only.IsCurrent));
        Assert.Empty((await registry.Agents.GetAsync(me, "a"))!.Labels);
    }

    private Task<AgentWriteResult> PutAsync(string version, string description = "") =>
        registry.Agents.RegisterAsync(me, new AgentRegistration(Card(version, description)));

    private async Task WriteAsync(int count, bool alike = true)
    {
        for (var i = 1; i <= count; i++)
        {
            await PutAsync($"{i}", alike ? "" : Unlike(i));
        }
    }

    /// <summary>So unlike any other that the card before goes to the store by itself.</summary>
    private static string Unlike(int seed)
    {
        var bytes = new byte[3_000];
        new Random(seed).NextBytes(bytes);
        return Convert.ToHexString(bytes);
    }

    private async Task<long> NumberAsync(string name) => (await registry.Versions.GetAsync(me, "a", name, Cancellation)).Info.Number;

    private async Task<IEnumerable<string?>> CardVersionsAsync() =>
        (await registry.Versions.ListAsync(me, "a", cancellationToken: Cancellation)).Versions.Select(version => version.Version);

    private async Task<int> StoredAsync() =>
        (await registry.Store.QueryAsync(new RecordQuery(AgentVersionKind.Kind, me.Tenant), null, 100, Cancellation)).Count;

    private static ReadOnlyMemory<byte> Card(string version, string description = "") =>
        Encoding.UTF8.GetBytes($$"""{"name":"a", "version":"{{version}}","description":"{{description}}"}""");

    private static async Task RefusedAsync(RegistryError error, string? field, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.Equal((error, field), (refusal.Error, refusal.Field));
    }
}

public sealed class MemoryVersionTests(MemoryRegistry registry) : VersionTests(registry), IClassFixture<MemoryRegistry>;

public sealed class PostgresVersionTests(PostgresRegistry registry) : VersionTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;
