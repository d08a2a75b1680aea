using OrleansRegistry.Storage.Sqlite;
using static OrleansRegistry.Storage.Tests.Records;
using static OrleansRegistry.Storage.Tests.Tasks;

namespace OrleansRegistry.Storage.Tests.Sqlite;

/// <summary>The queries by hand of docs/sqlite.md, and which index serves which list.</summary>
public sealed class SqliteTableTests : IAsyncLifetime
{
    private readonly SqliteStore store = TestStores.InMemory();

    private SqliteSession Session => store.Database.Writer;

    public async ValueTask InitializeAsync() => await store.OpenAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task The_views_have_what_queries_by_hand_look_for()
    {
        await WriteAsync(PageKind.Kind, "h/1/t1", """[{"role":"user","n":1},{"role":"agent","n":2}]""");
        await WriteAsync(PageKind.Kind, "h/2/t1", """[{"role":"user","n":3}]""");
        await WriteAsync(
            TaskKind.Kind,
            "t1",
            """{"generation":4,"history":{"pages":2,"count":4,"tail":[{"role":"agent","n":4}]}}""",
            WithMetadata("""{"priority":"high"}"""));
        await WriteAsync(
            TaskKind.Kind,
            "t2",
            """{"generation":1,"history":{"base":3,"pages":3,"count":0,"tail":[]},"artifacts":{"pages":0,"count":1,"tail":[{"artifactId":"x"}]}}""",
            WithMetadata("""{"priority":"low"}"""));
        await WriteAsync(PageKind.Kind, "c/1/c1", """[{"n":1}]""");
        await WriteAsync(
            ContextKind.Kind, "c1", """{"messages":{"pages":1,"count":2,"tail":[{"n":2}]}}""", (new ContextFields("o", At(1)) {
                Data = Json("""{"a":1}""") }).Write());
        await WriteAsync(PageKind.Kind, "f/1/t1", """[{"number":1,"subject":"s","at":"2026-01-02T03:04:05Z","data":{"stars":5}}]""");
        await WriteAsync(
            FeedbackKind.Kind,
            "t1",
            """{"items":{"pages":1,"count":2,"tail":[{"number":2,"subject":"s","at":"2026-01-02T03:04:06Z","data":{"stars":1}}]}}""");
        await store.WriteAsync(
            AgentKind.Kind,
            Key("w"),
            0,
            new RecordBody(Json("""{"name":"Weather","skills":[{"id":"f","tags":["rain","sun"]}]}"""), Json("""{"enabled":true}""")));

        // One that cannot be read spoils no query.
        await store.WriteAsync(TaskKind.Kind, Key("odd"), 0, new RecordBody(Json("{"), Json("{")));
        await store.WriteAsync(AgentKind.Kind, Key("odd"), 0, new RecordBody(Json("{"), Json("{")));

        Assert.Equal("t1", Session.Scalar("SELECT id FROM tasks WHERE metadata ->> '$.priority' = 'high'"));
        Assert.Equal("t1", Session.Scalar("SELECT id FROM tasks WHERE EXISTS (SELECT 1 FROM json_each(history) WHERE value ->> '$.role' = 'user')"));
        Assert.Equal("1 2 3 4", Session.Scalar("SELECT group_concat(value ->> '$.n', ' ') FROM tasks, json_each(history) WHERE tasks.id = 't1'"));
        Assert.Equal("""[]|[{"artifactId":"x"}]""", Session.Scalar("SELECT history || '|' || artifacts FROM tasks WHERE id = 't2'"));
        Assert.Equal("""{"a":1}|[{"n":1},{"n":2}]""", Session.Scalar("SELECT context_data || '|' || message_history FROM contexts WHERE id = 'c1'"));
        Assert.Equal(
            "1 5, 2 1",
            Session.Scalar("SELECT group_concat(id || ' ' || (feedback_data ->> '$.stars'), ', ') FROM task_feedback WHERE task_id = 't1'"));
        Assert.Equal(
            """w Weather 1 ["rain","sun"]""",
            Session.Scalar("SELECT id || ' ' || name || ' ' || enabled || ' ' || tags FROM agent_cards WHERE card ->> '$.name' = 'Weather'"));
    }

    [Fact]
    public async Task A_list_reads_its_page_in_the_order_of_its_index()
    {
        await store.PutTaskAsync("a", Fields(at: 1, webhook: true));
        var acme = new TaskFilter("acme");
        var everybody = new TaskFilter(Tenant: null) { OldestFirst = true };
        var listed = new (TaskFilter Filter, string Index)[]
        {
            (acme with { ContextId = "c" }, "task_records_context"),
            (acme with { ContextId = "c", Owner = "o1" }, "task_records_context"),
            (acme with { Owner = "o1", OldestFirst = true }, "task_records_owner"),
            (acme with { Owner = "o1", States = [TaskState.Working, TaskState.Failed] }, "task_records_owner"),
            (acme with { AgentId = "g2", States = [TaskState.Submitted], OldestFirst = true }, "task_records_agent"),
            (everybody with { States = [TaskState.Completed, TaskState.Failed], Before = At(0) }, "task_records_state"),
            (everybody with { LeaseBefore = At(0) }, "task_records_lease"),
            (everybody with { DeadlineBefore = At(0) }, "task_records_deadline"),
            (everybody with { PushBefore = At(0) }, "task_records_push"),
        };
        foreach (var (filter, index) in listed)
        {
            var plan = Plan(ListSql.List(SqliteDialect.Instance, filter.Query, new RecordPosition(At(5), Key("a")), 50, keysOnly: false));
            Assert.Contains(index, plan);
            Assert.DoesNotContain("SCAN task_records", plan);
        }
    }

    [Fact]
    public async Task Changes_within_the_second_of_the_status_touch_no_index()
    {
        var version = await store.PutTaskAsync("a", Fields(at: 20));
        var table = SqliteTable.Of(TaskKind.Kind);
        foreach (var (fields, inPlace) in (( TaskFields, bool)[])[
            (Fields(at: 20) with { StatusAt = At(900) }, true),
            (Fields(at: 20) with { StatusAt = At(1_900) }, false),
            (Fields(at: 20, TaskState.Working), false),
            (Fields(at: 20, owner: "p"), false),
            (Fields(at: 20, webhook: true), false)])
        {
            var write = new PendingWrite(
                TaskKind.Kind, Key("a"), version, new RecordBody(Json("{}"), fields.Write()), ColumnValues.Read(
                    TaskKind.Kind,
                    fields.Write()), CancellationToken.None);
            Session.Execute("BEGIN");
            Assert.Equal(inPlace ? 1 : 0, Session.Execute(table.UpdateInPlace!, table.Values(write, version + 1)));
            Session.Execute("ROLLBACK");
        }
    }

    [Theory]
    [InlineData("agent")]
    [InlineData("task")]
    [InlineData("context")]
    [InlineData("feedback")]
    [InlineData("page")]
    [InlineData("snapshot")]
    [InlineData("snapshot_upload")]
    [InlineData("subscription")]
    [InlineData("agent_version")]
    [InlineData("audit")]
    public void The_tables_are_those_that_the_declaration_prints(string name)
    {
        var kind = Kinds.All.Single(kind => kind.Name == name);
        var migrated = Columns(kind.Table);
        Session.Script(KindSchema.Sqlite(kind).Replace(kind.Table, "printed", StringComparison.Ordinal));
        Assert.Equal(Columns("printed"), migrated);
    }

    private string Columns(string table) => (string)Session.Scalar(
        "SELECT group_concat(name || ' ' || lower(type) || ' ' || \"notnull\" || ' ' || pk || ' ' || hidden, ', ') FROM "
            + "pragma_table_xinfo($1)", table)!;

    private string Plan(SqlQuery query)
    {
        using var reader = Session.Query($"EXPLAIN QUERY PLAN {query.Sql}", [.. query.Parameters]);
        var plan = new List<string>();
        while (reader.Read())
        {
            plan.Add(reader.GetString(3));
        }

        return string.Join('\n', plan);
    }

    private ValueTask<long> WriteAsync(RecordKind kind, string id, string document, RawJson fields = default) =>
        store.WriteAsync(kind, Key(id), 0, new RecordBody(Json(document), fields.IsEmpty ? Json("{}") : fields));

    private static RawJson WithMetadata(string metadata) => (Fields(at: 1, TaskState.Working) with { Metadata = Json(metadata) }).Write();
}
