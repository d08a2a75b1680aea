using System.Text.Json;

namespace OrleansRegistry.Directory.Tests;

/// <summary>Of agents that a viewer does not see, nothing tells.</summary>
public sealed class HiddenAgentTests
{
    private const string Stranger = "stranger";

    private static readonly AgentSharing Named = new() { Visibility = AgentVisibility.Named };

    private static readonly JsonSerializerOptions Fields = new() { IncludeFields = true };

    private static readonly AgentViewer Viewer = new(TestDirectory.Tenant, agent => agent.Sharing!.VisibleTo.Contains(Stranger));

    private static readonly AgentQuery All = new() { Any = AgentFilters.None.With(AgentField.LifeCycle, [AgentField.Everything]) };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_asked_is_answered_as_where_they_are_not(int seed)
    {
        var random = new Random(seed);
        var agents = new RandomAgents(random);
        agents.Change(60);
        var (whole, seen) = (new TestDirectory(), new TestDirectory());
        var ids = new List<string>();
        foreach (var (i, agent) in agents.Directory.Agents.List(TestDirectory.Everybody, All).Agents.Index())
        {
            var kind = random.Next(3);
            var sharing = kind == 0 ? null : Named with { VisibleTo = kind == 1 ? [] : [Stranger] };
            var record = agent with { ExtensionOrigins = [], Sharing = sharing };
            ids.Add(agent.Id);
            whole.Feed(i + 1, agent.Id, record);
            seen.Feed(i + 1, agent.Id, kind == 1 ? null : record);
        }

        var asked = new DirectoryQueries(seen.Agents);
        Assert.InRange(asked.Count(TestDirectory.Everybody, All).Count, 1, ids.Count - 1);
        foreach (var ask in Questions(ids))
        {
            Assert.Equal(Json(ask(seen.Agents, TestDirectory.Everybody)), Json(ask(whole.Agents, Viewer)));
        }

        Assert.Equal(ids, whole.Ids(All));
    }

    [Fact]
    public async Task A_watch_tells_of_one_that_is_hidden_as_of_one_that_is_removed()
    {
        var directory = new TestDirectory();
        directory.Put("a", new TestCard("a"));
        await using var watch = directory.Agents
            .WatchAsync(Viewer, new AgentQuery(), null, TimeProvider.System, TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.Equal((AgentEventKind.Present, "a"), await NextAsync());
        Assert.Equal((AgentEventKind.Synced, null), await NextAsync());
        Share(directory, "a", Named, "hidden");
        Assert.Equal((AgentEventKind.Removed, "a"), await NextAsync());
        Assert.Null(watch.Current.Agent);
        Share(directory, "a", Named, "hidden still");
        directory.Put("b", new TestCard("b"));
        Assert.Equal((AgentEventKind.Registered, "b"), await NextAsync());
        Share(directory, "a", Named with { VisibleTo = [Stranger] }, "shown");
        Assert.Equal((AgentEventKind.Registered, "a"), await NextAsync());
        Assert.Contains("shown", watch.Current.Agent!.Card.ToString(), StringComparison.Ordinal);
        directory.Remove("a");
        Assert.Equal((AgentEventKind.Removed, "a"), await NextAsync());

        async Task<(AgentEventKind Kind, string? Id)> NextAsync()
        {
            Assert.True(await watch.MoveNextAsync());
            return (watch.Current.Kind, watch.Current.AgentId);
        }
    }

    [Fact]
    public void Whether_some_are_hidden_is_known_after_every_change()
    {
        var directory = new TestDirectory();
        directory.Put("a", new TestCard("a", Tags: ["x"]));
        var index = directory.Agents.Of(TestDirectory.Tenant);
        Assert.False(index.HasNamed);
        Share(directory, "a", Named, "one");
        Share(directory, "b", Named, "two");
        Assert.True(index.HasNamed);
        Share(directory, "a", Named with { Visibility = AgentVisibility.Public }, "three");
        Assert.Equal(["a"], directory.Agents.Public.SelectMany(tenant => tenant.Agents).Select(entry => entry.Record.Id));
        directory.Remove("b");
        Assert.False(index.HasNamed);
        directory.Remove("a");
        Assert.Empty(directory.Agents.Public);
    }

    private static IEnumerable<Func<AgentDirectory, AgentViewer, object?>> Questions(IReadOnlyList<string> ids)
    {
        AgentQuery[] queries =
        [
            new(), All, All with { PageSize = 2 }, All with { Text = "is a" }, All with { Tags = ["a"] },
            All with { Sort = AgentSort.Parse("-name") },
            All with { Sort = AgentSort.Parse("id"), PageSize = 1 },
        ];
        foreach (var query in queries)
        {
            yield return (directory, viewer) =>
            {
                var page = directory.List(viewer, query);
                return $"{string.Join(' ', page.Agents.Select(agent => agent.Id))} {page.NextPageToken} {page.Revision}";
            };
            yield return (directory, viewer) => new DirectoryQueries(directory).Count(viewer, query with { PageSize = null });
            yield return (directory, viewer) =>
                new DirectoryQueries(directory).Facets(viewer, query with { PageSize = null }, [AgentField.Tag, AgentField.Extension], 100);
        }

        // What cards are worth depends on all of the tenant's; which are found does not.
        yield return (directory, viewer) =>
            directory.List(viewer, All with { Words = "a b", PageSize = 50 }).Agents.Select(agent => agent.Id).Order(StringComparer.Ordinal);
        yield return (directory, viewer) => new DirectoryQueries(directory).Match(viewer, new AgentJob { Text = "a", Limit = 50 }).Agents
            .Select(candidate => candidate.Agent.Id).Order(StringComparer.Ordinal);
        yield return (directory, viewer) => directory.Tags(viewer);
        yield return (directory, viewer) => directory.Categories(viewer);
        yield return (directory, viewer) => directory.Stats(viewer);
        yield return (directory, viewer) => Told(directory.ListExtensions(viewer, new ExtensionQuery()));
        yield return (directory, viewer) => Told(directory.ListExtensions(viewer, new ExtensionQuery { DeclaringAgents = ids, PageSize = 1 }));
        yield return (directory, viewer) => Told(directory.FindExtension(viewer, "a"));
        yield return (directory, viewer) => ids.Select(id => directory.ExtensionsOf(viewer, id)?.Select(Told));
        yield return (directory, viewer) => new DirectoryQueries(directory).Many(viewer, ids).Missing;
        yield return (directory, viewer) => new DirectoryQueries(directory).ByUrl(viewer, "https://a.example/rpc", 1).Total;
        yield return (directory, viewer) => directory.CountDeclared(viewer, ["a", "b", "c"]);
        foreach (var id in ids)
        {
            yield return (directory, viewer) => Similar(directory, viewer, id);
        }
    }

    private static object Told(ExtensionPage page) => (page.Extensions.Select(Told).ToArray(), $"{page.TotalCount} {page.NextPageToken}");

    private static string Told(ExtensionInfo? extension) => extension is null
        ? "none"
        : $"{extension with { Params = default, DeclaringAgents = [] }} {extension.Params} {string.Join(' ', extension.DeclaringAgents)}";

    private static object Similar(AgentDirectory directory, AgentViewer viewer, string id)
    {
        try
        {
            return new DirectoryQueries(directory).Similar(viewer, id, All, 50).Agents.Select(similar => similar.Agent.Id)
                .Order(StringComparer.Ordinal);
        }
        catch (RegistryException refusal)
        {
            return refusal.Message;
        }
    }

    private static void Share(TestDirectory directory, string id, AgentSharing sharing, string description)
    {
        var revision = directory.Agents.Revision + 1;
        directory.Feed(revision, id, directory.Record(id, new TestCard(id, description), revision) with { Sharing = sharing });
    }

    private static string Json(object? answer) => JsonSerializer.Serialize(answer, Fields);
}
