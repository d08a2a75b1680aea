using System.Text;
using System.Text.Json;
using OrleansRegistry.Agents.Versions;

namespace OrleansRegistry.Tests.Transfer;

/// <summary>Files of older systems.</summary>
public sealed class LegacyFileTests : IAsyncLifetime
{
    private static readonly Caller Default = Caller.Default;

    private readonly Storage.Sqlite.SqliteStore store = TestStores.InMemory();

    public async ValueTask InitializeAsync() => await store.OpenAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task Registry_000s_agents_keep_their_cards_byte_for_byte_and_come_once()
    {
        const string File = """
            {
              "Échô": {
                "name": "Échô", "description": "x", "url": "http://localhost:1/", "version": "1.0", "protocol_version": "0.3.0",
                "capabilities": {"extensions": [{"uri": "https://example.com/e", "description": "An extension"}]}, "skills": []
              },
              "other": {"name": "other", "description": "y", "url": "http://localhost:2/", "version": "1", "protocol_version": "0.3.0"}
            }
            """;
        var report = await store.ImportAsync(File);
        Assert.Equal((2, 0), (report.Created, report.NewVersions));
        var stored = await store.ReadAsync(AgentKind.Kind, new RecordKey("default", "Échô"));
        var card = File[(File.IndexOf(':', StringComparison.Ordinal) + 2)..(File.IndexOf("  },", StringComparison.Ordinal) + 3)];
        Assert.Equal(card, stored!.Body.Document.ToString());
        Assert.Equal("default", AgentKind.Read(stored).Owner);

        var again = await store.ImportAsync(File);
        Assert.Equal((0, 2, 0), (again.Created, again.Same, again.Kept));
        var changed = File.Replace("\"y\"", "\"z\"", StringComparison.Ordinal);
        Assert.Equal((1, 1), Counts(await store.ImportAsync(changed), report => (report.Same, report.Kept)));
        Assert.Equal((1, 1), Counts(await store.ImportAsync(changed, replace: true), report => (report.Same, report.Replaced)));
        var other = AgentKind.Read((await store.ReadAsync(AgentKind.Kind, new RecordKey("default", "other")))!);
        Assert.True(other.CreatedAt <= other.UpdatedAt && other.Card.ToString().Contains("\"z\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_file_replaces_becomes_a_version()
    {
        var key = new RecordKey("default", "a");
        const int Last = ReplacedCards.MostCards + 3;
        for (var i = 1; i <= Last; i++)
        {
            await store.ImportAsync($$$"""{"a": {"name": "a", "description": "{{{i}}}", "version": "{{{i}}}"}}""", replace: true);
        }

        // A dry run changes nothing.
        await store.ImportAsync("""{"a": {"name": "a", "version": "dry"}}""", replace: true, dry: true);
        var own = AgentVersionKind.ReadAgent((await store.ReadAsync(AgentKind.Kind, key))!);
        var older = await store.ReadAsync(AgentVersionKind.Kind, AgentVersionKind.KeyOf(key.Tenant, key.Id, ReplacedCards.MostCards + 1));
        StoredVersion[] all = [.. own, .. AgentVersionKind.ReadAll(older!)];
        Assert.Equal(
            Enumerable.Range(1, Last).Reverse().Select(i => ((long)i, $"{i}")), all.Select(version => (version.Stamp.Number, version.CardVersion!)));
        Assert.Equal("""{"name": "a", "description": "2", "version": "2"}""", all[^2].Card.ToString());
    }

    [Fact]
    public async Task What_was_found_of_a_card_is_not_said_of_the_one_that_a_file_puts_in_its_place()
    {
        var key = new RecordKey("default", "a");
        await store.ImportAsync("""{"a": {"name": "a", "version": "1"}}""");
        var agent = AgentKind.Read((await store.ReadAsync(AgentKind.Kind, key))!);
        var result = new AgentProbeResult(AgentProbeOutcome.Matches, agent.UpdatedAt, null, [], agent.UpdatedAt);
        var probe = new AgentProbe { Interval = TimeSpan.FromMinutes(1), Result = result };
        await store.WriteAsync(AgentKind.Kind, key, agent.Revision, AgentKind.Write(
            agent with { Probe = probe, Signature = new AgentSignature(SignatureVerdict.Valid, agent.UpdatedAt, []) }));
        Assert.Equal(1, (await store.ImportAsync("""{"a": {"name": "a", "version": "2"}}""", replace: true)).Replaced);
        agent = AgentKind.Read((await store.ReadAsync(AgentKind.Kind, key))!);
        Assert.Equal((null, probe with { Result = null }), (agent.Signature, agent.Probe));
    }

    [Fact]
    public async Task Registry_000s_extensions_tell_who_declared_them_first()
    {
        await store.ImportAsync("""
            {"a": {"name": "a", "capabilities": {"extensions": [{"uri": "https://example.com/e"}]}},
             "b": {"name": "b", "capabilities": {"extensions": [{"uri": "https://example.com/e"}]}}}
            """);
        const string Extensions = """
            {"https://example.com/e": {"uri": "https://example.com/e", "description": "", "required": false, "params": {}, "trust_level": "COMMUNITY",
              "first_declared_by_agent": "gone", "first_declared_at": "2025-03-04T05:06:07.123456", "declaring_agents": ["b", "a"], "usage_count": 2},
             "https://example.com/none": {"uri": "https://example.com/none", "first_declared_by_agent": "c", "first_declared_at": "2025-01-01",
              "declaring_agents": ["c"]}}
            """;
        var report = await store.ImportAsync(Extensions, skip: true);
        Assert.Equal((2, 1), (report.Replaced, report.FaultCount));
        Assert.Contains("import agents.json first", report.Faults[0].Reason, StringComparison.Ordinal);
        await using var registry = await RegistryHost.StartAsync(store: new StoreProbe(store, isOpen: true));
        var extension = await registry.Agents.GetExtensionAsync(Default, "https://example.com/e");
        Assert.Equal(("gone", "2025-03-04T05:06:07.123"), (extension!.FirstDeclaredByAgent, $"{extension.FirstDeclaredAt:yyyy-MM-ddTHH:mm:ss.fff}"));
        Assert.Equal(2, (await store.ImportAsync(Extensions, skip: true)).Same);
    }

    [Fact]
    public async Task Registry_002s_descriptors_are_cards_with_their_ids_times_and_flags()
    {
        var report = await store.ImportAsync("""
            {"ok": true, "data": [
              {"id": "echo", "name": "Echo agent", "version": "1.0.0", "capabilities": [{"name": "chat", "inputSchema": {}, "outputSchema": {}}],
               "tags": ["test"], "category": "utility", "enabled": false, "deployedAt": 1700000000123},
              {"id": "", "name": "by-name", "version": "1", "capabilities": []},
              null,
              {"version": "1"}]}
            """, skip: true);
        Assert.Equal((2, 2), (report.Created, report.FaultCount));
        Assert.Equal([3L, 4L], report.Faults.Select(fault => fault.Line));
        var echo = AgentKind.Read((await store.ReadAsync(AgentKind.Kind, new RecordKey("default", "echo")))!);
        Assert.Equal((false, 1700000000123), (echo.Enabled, echo.CreatedAt.ToUnixTimeMilliseconds()));
        Assert.NotNull(await store.ReadAsync(AgentKind.Kind, new RecordKey("default", "by-name")));
    }

    [Fact]
    public async Task Rows_of_Bindus_tables_become_tasks_contexts_feedback_and_webhooks()
    {
        var history = string.Join(',', Enumerable.Range(0, 40).Select(
            i => $$"""{"message_id":"m{{i}}","role":"user","kind":"message","parts":[{"kind":"text","text":"{{i}} ü"}]}"""));
        var file = $$$"""
            {"tasks": [
              {"id": "t1", "context_id": "c1", "kind": "task", "state": "completed", "state_timestamp": "2025-02-03T04:05:06.789012+01:00",
               "history": [{{{history}}}], "artifacts": [{"artifact_id": "a1", "name": "x", "parts": [{"kind": "text", "text": "one"}]}],
               "metadata": {"n": 1.0}, "created_at": "2025-02-03 03:00:00+00", "updated_at": "2025-02-03 03:06:00+00", "owner_did": "did:bindu:x"},
              {"id": "t2", "context_id": "c2", "state": "working", "state_timestamp": "2025-02-03T04:05:06Z", "history": [{"role": "system", "parts": []}],
               "artifacts": null, "metadata": {}, "created_at": "2025-02-03T04:05:06Z", "updated_at": "2025-02-03T04:05:06Z"},
              {"id": "t3", "context_id": "c2", "state": "sleeping", "created_at": "2025-02-03T04:05:06Z"}],
             "contexts": [{"id": "c1", "context_data": {"k": [1]}, "message_history": [{"message_id": "x", "role": "user", "parts": []}],
               "created_at": "2025-02-03T03:00:00Z", "updated_at": "2025-02-03T03:00:01Z", "owner_did": "did:bindu:x"}],
             "task_feedback": [{"id": 1, "task_id": "t1", "feedback_data": {"rating": 5}, "created_at": "2025-02-04T00:00:00Z"},
               {"id": 2, "task_id": "t1", "feedback_data": {"rating": 1}, "created_at": "2025-02-04T00:00:01Z"}],
             "webhook_configs": [{"task_id": "t1", "config": {"url": "https://example.com/h", "token": "s"}}]}
            """;
        var report = await store.ImportAsync(file, skip: true);
        Assert.Equal((5, 1), (report.Created, report.FaultCount));
        Assert.Contains("'state' is 'sleeping'", report.Faults[0].Reason, StringComparison.Ordinal);
        var again = await store.ImportAsync(file, skip: true);
        Assert.Equal((0, 0), (again.Created, again.Kept));

        await using var registry = await RegistryHost.StartAsync(store: new StoreProbe(store, isOpen: true));
        var owner = Default with { Subject = "did:bindu:x" };
        var task = await registry.Tasks.GetAsync(owner, "t1", new TaskView(null));
        Assert.Equal(
            (TaskState.Completed, "2025-02-03T03:05:06.789Z", 40L, 1),
            (task!.Status.State, $"{task.Status.Timestamp.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fff}Z", task.HistoryCount, task.ArtifactCount));
        Assert.Equal("""{"message_id":"m7","role":"user","kind":"message","parts":[{"kind":"text","text":"7 ü"}]}""", task.History![7].ToString());
        Assert.Equal(["s"], (await registry.Tasks.ListWebhooksAsync(owner, "t1")).Select(hook => Token(hook.Config)));
        Assert.Equal([5, 1], (await registry.Tasks.ListFeedbackAsync(owner, "t1")).Items.Select(said => Rating(said.Data)));
        Assert.Equal("""{"k": [1]}""", (await registry.Contexts.GetAsync(owner, "c1"))!.Context.Data.ToString());
        Assert.Single((await registry.Contexts.ReadMessagesAsync(owner, "c1")).Items);

        // It goes on as any other: the context of the other task is there too, and a message that came before is known.
        var working = await registry.Tasks.GetAsync(Default, "t2", new TaskView(null));
        Assert.Equal((TaskState.Working, "default"), (working!.Status.State, working.Owner));
        Assert.NotNull(await registry.Contexts.GetAsync(Default, "c2"));
        var updated = await registry.Tasks.UpdateAsync(Default, "t2", Tasks.Messages.Say("next"));
        Assert.Equal(2, updated.HistoryCount);

        static string? Token(RawJson config) => Tasks.Messages.Member(config, "token");
        static int Rating(RawJson data) => int.Parse(Tasks.Messages.Member(data, "rating")!);
    }

    [Fact]
    public async Task Rows_may_come_as_lines_and_each_bad_one_is_told()
    {
        var report = await store.ImportAsync("""
            {"id":"c1","context_data":{},"message_history":[],"created_at":"2025-01-01T00:00:00Z"}
            {"id":"c2","context_data":{},"message_history":[],"created_at":"yesterday"}
            {broken

            {"id":"c3","context_data":3,"created_at":"2025-01-01T00:00:00Z"}
            {"some":"thing"}
            """, skip: true);
        Assert.Equal((1, 4), (report.Created, report.FaultCount));
        Assert.Equal([2L, 3L, 5L, 6L], report.Faults.Select(fault => fault.Line));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("hello")]
    [InlineData("[1,2]")]
    [InlineData("""{"a": 1}""")]
    [InlineData("""{"format":"other","version":1}""")]
    public async Task Anything_else_is_told_what_is_known(string file)
    {
        var refusal = await Assert.ThrowsAsync<RegistryException>(() => store.ImportAsync(file));
        Assert.StartsWith("The file is neither an export of this registry nor a file", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_example_agents_are_cards_without_a_warning()
    {
        using var file = new MemoryStream();
        await RegistrySeed.Open().CopyToAsync(file);
        Assert.Equal(7, (await store.ImportAsync(file.ToArray())).Created);
        Assert.Equal(7, RegistrySeed.Agents().Count);
        Assert.All(RegistrySeed.Agents(), agent => Assert.Empty(new AgentRules().Check(agent.Card).Card.Warnings));
    }

    private static T Counts<T>(ImportReport report, Func<ImportReport, T> read) => read(report);
}
