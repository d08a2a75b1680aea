using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Tests.Transfer;

/// <summary>A store with everything in it, made once.</summary>
public sealed class FilledStore : IAsyncLifetime
{
    internal IRecordStore Store { get; } = TestStores.InMemory();

    internal byte[] File { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        await Store.OpenAsync(CancellationToken.None);
        await FullStore.FillAsync(Store);
        File = await Store.ExportAsync();
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}

public sealed class RoundTripTests(FilledStore filled) : IClassFixture<FilledStore>, IAsyncDisposable
{
    private readonly TempFolder folder = new();

    [Fact]
    public async Task An_export_has_everything()
    {
        var lines = Transfers.Lines(filled.File);
        using var output = new MemoryStream();
        var summary = await Transfers.Over(filled.Store).ExportAsync(new ExportRequest(), output);
        Assert.Equal(filled.File, output.ToArray());
        string[] kinds = ["agents", "versions", "vectors", "pages", "tasks", "contexts", "feedback", "subscriptions", "trust", "reviews"];
        Assert.Equal(kinds, summary.Counts.Keys.OrderBy(name => Array.IndexOf(kinds, name)));
        Assert.All(summary.Counts, count => Assert.True(count.Value > 0, count.Key));
        Assert.Equal(FullStore.Tasks, summary.Counts["tasks"]);
        Assert.Equal(lines.Length - 2, summary.Counts.Values.Sum());
        Assert.Equal((0, await filled.Store.CurrentRevisionAsync(AgentKind.Kind)), (summary.UnreadableCount, summary.Revision));
        Assert.Contains(lines, line => line.Contains("documentText", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("\"has_webhook\":true", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("\"delivery\":\"worker\"", StringComparison.Ordinal));
        var revisions = lines.Where(line => line.Contains("\"kind\":\"agent\"", StringComparison.Ordinal)).Select(RevisionOf).ToArray();
        Assert.Equal(revisions.Order(), revisions);
    }

    [Theory]
    [InlineData("memory", false)]
    [InlineData("sqlite", true)]
    [InlineData("postgres", false)]
    public async Task Export_import_export_gives_the_same_bytes(string type, bool packed)
    {
        await using var database = type == "postgres" ? await TestDatabase.CreateAsync() : null;
        await using var target = await OpenAsync(type, database);
        var report = await target.ImportAsync(packed ? Transfers.Gzip(filled.File) : filled.File);
        var heads = Transfers.Lines(filled.File).Count(line => !line.Contains("\"kind\":\"page\"", StringComparison.Ordinal)) - 2;
        Assert.Equal((heads, 0, 0, 0, 0, 0), (report.Created, report.Replaced, report.Same, report.Kept, report.NewVersions, report.FaultCount));
        Assert.Equal(Encoding.UTF8.GetString(filled.File), Encoding.UTF8.GetString(await target.ExportAsync()));

        var again = await target.ImportAsync(filled.File);
        Assert.Equal((0, 0, heads, 0), (again.Created, again.Replaced, again.Same, again.Kept));
        Assert.Equal(filled.File, await target.ExportAsync());
    }

    [Fact]
    public async Task What_is_imported_is_served()
    {
        await using var target = await OpenAsync("memory");
        await target.ImportAsync(filled.File);
        await using var registry = await RegistryHost.StartAsync(store: new StoreProbe(target, isOpen: true));
        await using var original = await RegistryHost.StartAsync(store: new StoreProbe(filled.Store, isOpen: true));
        var alice = new Caller("acme", "alice");
        var bob = new Caller("other", "bob");
        var view = new TaskView { Artifacts = true };
        foreach (var caller in (Caller[])[alice, bob])
        {
            var agents = await original.Agents.ListAsync(caller, new AgentQuery());
            Assert.Equal(agents.Agents.Select(Text), (await registry.Agents.ListAsync(caller, new AgentQuery())).Agents.Select(Text));
            foreach (var task in (await original.Tasks.ListAsync(caller)).Tasks)
            {
                Assert.Equivalent(await original.Tasks.GetAsync(caller, task.Id, view), await registry.Tasks.GetAsync(caller, task.Id, view));
            }
        }

        var given = await original.Services.GetRequiredService<IAgentVectors>().GetAsync(alice, "agent-4");
        Assert.True(given.IsGiven);
        Assert.Equivalent(given, await registry.Services.GetRequiredService<IAgentVectors>().GetAsync(alice, "agent-4"));

        var several = (await original.Agents.GetAsync(alice, "agent-6"))!.Instances;
        Assert.Equal(2, several.Count);
        Assert.Equal(several, (await registry.Agents.GetAsync(alice, "agent-6"))!.Instances);

        // And goes on: an id that came before is known, and the revisions are those of the original.
        var repeated = await registry.Tasks.SubmitAsync(bob, FullStore.Submission(0));
        Assert.True(repeated.Repeated);
        Assert.Equal(original.Agents.Revision, registry.Agents.Revision);
        Assert.Equal(await original.Agents.ListExtensionsAsync(alice), await registry.Agents.ListExtensionsAsync(alice), Compare);

        static string Text(AgentRecord agent) => $"{agent.Id} {agent.Revision} {agent.CreatedAt:O} {agent.Owner} {agent.Enabled} {agent.Card}";
        static bool Compare(ExtensionPage one, ExtensionPage other) =>
            one.Extensions.Select(extension => $"{extension.Uri} {extension.FirstDeclaredByAgent} {extension.FirstDeclaredAt:O}").SequenceEqual(
                other.Extensions.Select(extension => $"{extension.Uri} {extension.FirstDeclaredByAgent} {extension.FirstDeclaredAt:O}"));
    }

    [Fact]
    public async Task Filters_by_tenant_kind_and_time()
    {
        var other = Transfers.Lines(await filled.Store.ExportAsync(new ExportRequest { Tenant = "other" }));
        Assert.All(other[1..^1], line => Assert.Contains("\"tenant\":\"other\"", line, StringComparison.Ordinal));
        Assert.NotEmpty(other[1..^1]);

        var tasks = Transfers.Lines(await filled.Store.ExportAsync(new ExportRequest { Kinds = ["tasks"] }));
        Assert.All(tasks[1..^1], line => Assert.Matches("^\\{\"kind\":\"(task|page)\"", line));

        // A card was written before it became a version, and things of trust do not say when they were.
        var none = Transfers.Lines(await filled.Store.ExportAsync(new ExportRequest { Since = DateTimeOffset.UtcNow.AddHours(1) }));
        var timeless = Transfers.Lines(filled.File).Where(line => line.StartsWith("{\"kind\":\"agent_version\"", StringComparison.Ordinal)
            || line.StartsWith("{\"kind\":\"trust\"", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(timeless);
        Assert.Equal(timeless, none[1..^1]);
        var all = await filled.Store.ExportAsync(new ExportRequest { Since = DateTimeOffset.UtcNow.AddHours(-1) });
        Assert.Equal(Transfers.Lines(filled.File).Length, Transfers.Lines(all).Length);

        var wrong = await Assert.ThrowsAsync<RegistryException>(() => filled.Store.ExportAsync(new ExportRequest { Kinds = ["agent"] }));
        Assert.Equal(
            ("kinds", "kinds: 'agent' is none of agents, versions, vectors, tasks, contexts, feedback, subscriptions, trust, reviews"),
            (wrong.Field, wrong.Message));
    }

    [Fact]
    public async Task Goes_on_after_a_record()
    {
        var lines = Transfers.Lines(filled.File);
        const string Head = "{\"kind\":\"task\",\"tenant\":\"acme\",\"id\":\"task 22/ü\"";
        var at = Array.FindIndex(lines, line => line.StartsWith(Head, StringComparison.Ordinal));
        var next = at + 1 + lines[(at + 1)..].TakeWhile(line => line.StartsWith("{\"kind\":\"page\"", StringComparison.Ordinal)).Count();
        var rest = Transfers.Lines(await filled.Store.ExportAsync(new ExportRequest { After = "task/acme/task 22/ü" }));
        Assert.Equal(lines[next..^1], rest[1..^1]);

        await using var target = await OpenAsync("memory");
        await target.ImportAsync(Transfers.File(filled.File, lines[1..next]));
        await target.ImportAsync(string.Join('\n', rest));
        Assert.Equal(filled.File, await target.ExportAsync());
        await Assert.ThrowsAsync<RegistryException>(() => filled.Store.ExportAsync(new ExportRequest { After = "agent/acme/a" }));
    }

    [Fact]
    public async Task Other_content_stays_or_is_replaced_with_all_its_pages()
    {
        await using var target = await OpenAsync("sqlite");
        await using (var registry = await RegistryHost.StartAsync(store: new StoreProbe(target, isOpen: true)))
        {
            var alice = new Caller("acme", "alice");
            await registry.Agents.RegisterAsync(alice, Cards.Registration("mine", id: "agent-1"));
            await registry.Tasks.SubmitAsync(alice, new TaskSubmission(Tasks.Messages.Message("x")) { TaskId = "task 10/ü", ContextId = "c0" });
            for (var i = 0; i < 40; i++)
            {
                await registry.Tasks.UpdateAsync(alice, "task 10/ü", Tasks.Messages.Say($"x{i}", new string('x', 20_000)));
            }
        }

        var before = await target.ExportAsync();
        var dry = await target.ImportAsync(filled.File, dry: true, replace: true);
        Assert.Equal(before, await target.ExportAsync());
        var kept = await target.ImportAsync(filled.File);
        Assert.Equal(3, kept.Kept);
        Assert.Contains(Transfers.Lines(before)[^4], Encoding.UTF8.GetString(await target.ExportAsync()), StringComparison.Ordinal);

        var withoutAgents = new ExportRequest
        {
            Kinds = ["versions", "vectors", "tasks", "contexts", "feedback", "subscriptions", "trust", "reviews"],
        };
        var replaced = await target.ImportAsync(filled.File, replace: true);
        Assert.Equal((3, 0, 0), (replaced.Replaced, replaced.Kept, replaced.Created));
        Assert.Equal((dry.Created, dry.Replaced), (kept.Created, replaced.Replaced));
        var pages = await (await target.ScanAsync(PageKind.Kind)).Records.CountAsync();
        Assert.Equal(Transfers.Lines(filled.File).Count(line => line.StartsWith("{\"kind\":\"page\"", StringComparison.Ordinal)), pages);
        Assert.Equal(
            Transfers.Lines(filled.File)[1..^1].Where(line => !line.StartsWith("{\"kind\":\"agent\"", StringComparison.Ordinal)),
            Transfers.Lines(await target.ExportAsync(withoutAgents))[1..^1]);
    }

    [Fact]
    public async Task A_registry_that_runs_serves_what_was_imported_under_it()
    {
        await using var target = await OpenAsync("memory");
        await using var registry = await RegistryHost.StartAsync(store: new StoreProbe(target, isOpen: true));
        var alice = new Caller("acme", "alice");
        await registry.Agents.RegisterAsync(alice, Cards.Registration("mine", id: "agent-1"));
        await registry.Agents.PatchAsync(alice, "agent-1", new AgentPatch { Enabled = true });
        await registry.Tasks.SubmitAsync(alice, new TaskSubmission(Tasks.Messages.Message("x")) { TaskId = "task 1/ü", ContextId = "c1" });
        Assert.NotNull(await registry.Tasks.GetAsync(alice, "task 1/ü"));
        Assert.Null(await registry.Tasks.GetAsync(alice, "task 2/ü"));

        var transfer = (IRegistryTransfer)registry.Services.GetService(typeof(IRegistryTransfer))!;
        var report = await transfer.ImportAsync(new MemoryStream(filled.File), new ImportRequest { Caller = alice, Replace = true });
        Assert.Equal((3, 0), (report.Replaced, report.Kept));

        Assert.Equal(5, (await registry.Tasks.GetAsync(alice, "task 1/ü"))!.HistoryCount);
        Assert.NotNull(await registry.Tasks.GetAsync(alice, "task 2/ü"));
        await registry.Agents.WaitForRevisionAsync(await target.CurrentRevisionAsync(AgentKind.Kind));
        var agent = await registry.Agents.GetAsync(alice, "agent-1", ReadConsistency.Strong);
        Assert.Equal(agent!.Card, (await registry.Agents.GetAsync(alice, "agent-1"))!.Card);
        Assert.False(agent.Enabled);
        await registry.Tasks.UpdateAsync(alice, "task 1/ü", Tasks.Messages.Say("after"));
    }

    [Fact]
    public async Task An_export_beside_writers_is_whole()
    {
        await using var source = await OpenAsync("sqlite");
        await using var registry = await RegistryHost.StartAsync(store: new StoreProbe(source, isOpen: true));
        await using var target = await OpenAsync("memory");
        var caller = new Caller("acme", "alice");
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                // Another history each time: the pages of the one before go.
                await registry.Tasks.PutAsync(caller, $"t{writer}", new TaskPut(TaskState.Working)
                {
                    Messages = [.. Enumerable.Range(0, 40).Select(n => Tasks.Messages.Message($"{i}-{n}", new string('x', 500)))],
                });
                await registry.Agents.RegisterAsync(caller, Cards.Registration("a", id: $"a{writer}-{i % 5}"));
                await (i % 5 == 4 ? registry.Agents.RemoveAsync(caller, $"a{writer}-4") : Task.CompletedTask);
            }
        })));
        var exports = 0;
        for (; !writing.IsCompleted || exports == 0; exports++)
        {
            using var file = new MemoryStream();
            var summary = await Transfers.Over(source).ExportAsync(new ExportRequest(), file);
            Assert.Empty(summary.Unreadable);
            var report = await target.ImportAsync(file.ToArray(), replace: true);
            Assert.Equal(0, report.FaultCount);
        }

        await writing;
        var last = await source.ExportAsync();
        Assert.Equal(0, (await target.ImportAsync(last, replace: true)).FaultCount);
        var tasks = new ExportRequest { Kinds = ["tasks", "contexts"] };
        Assert.Equal(Transfers.Lines(await source.ExportAsync(tasks)), Transfers.Lines(await target.ExportAsync(tasks)));
    }

    public async ValueTask DisposeAsync()
    {
        await Task.Yield();
        folder.Dispose();
    }

    private async Task<IRecordStore> OpenAsync(string type, TestDatabase? database = null)
    {
        IRecordStore store = type switch
        {
            "memory" => TestStores.InMemory(),
            "sqlite" => TestStores.Sqlite(new Storage.Sqlite.SqliteStoreOptions { Directory = folder["data"] }),
            _ => new PostgresStore(database!.Options(), Kinds.All, NullLogger<PostgresStore>.Instance),
        };
        await store.OpenAsync(CancellationToken.None);
        return store;
    }

    private static long RevisionOf(string line)
    {
        using var document = System.Text.Json.JsonDocument.Parse(line);
        return document.RootElement.GetProperty("version").GetInt64();
    }
}
