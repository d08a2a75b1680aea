using System.Text.RegularExpressions;
using Npgsql;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Storage.Tests.Records;
using static OrleansRegistry.Storage.Tests.Tasks;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>The tables of tasks and contexts: what queries by hand find, and that lists cost their page and no more.</summary>
public sealed class TaskTableTests : IAsyncLifetime
{
    private TestDatabase? database;
    private PostgresStore? store;

    private TestDatabase Database => database!;

    private PostgresStore Store => store!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        store = await Database.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Database.DisposeAsync();
    }

    [Fact]
    public async Task The_views_have_the_rows_that_the_old_tables_had()
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
            ContextKind.Kind,
            "c1",
            """{"messages":{"pages":1,"count":2,"tail":[{"n":2}]}}""",
            (new ContextFields("o", At(1)) { Data = Json("""{"a":1}""") }).Write());
        await WriteAsync(PageKind.Kind, "f/1/t1", """[{"number":1,"subject":"s","at":"2026-01-02T03:04:05Z","data":{"stars":5}}]""");
        await WriteAsync(
            FeedbackKind.Kind,
            "t1",
            """{"items":{"pages":1,"count":2,"tail":[{"number":2,"subject":"s","at":"2026-01-02T03:04:06Z","data":{"stars":1}}]}}""");

        Assert.Equal("t1", await Database.QueryAsync<string>("""SELECT id FROM tasks WHERE metadata @> '{"priority": "high"}'"""));
        Assert.Equal("t1", await Database.QueryAsync<string>("""SELECT id FROM tasks WHERE history @> '[{"role": "user"}]'"""));
        Assert.Equal(
            "t1|c|task|working|1, 2, 3, 4|[]",
            await Database.QueryAsync<string>(
                """
                SELECT concat_ws('|', id, context_id, kind, state, (SELECT string_agg(m ->> 'n', ', ') FROM jsonb_array_elements(history) AS m),
                artifacts)
                FROM tasks WHERE id = 't1'
                """));
        Assert.Equal(
            """[]|[{"artifactId": "x"}]""",
            await Database.QueryAsync<string>("SELECT concat_ws('|', history, artifacts) FROM tasks WHERE id = 't2'"));
        Assert.Equal(
            """{"a": 1}|[{"n": 1}, {"n": 2}]""",
            await Database.QueryAsync<string>("SELECT concat_ws('|', context_data, message_history) FROM contexts WHERE id = 'c1'"));
        Assert.Equal(
            """1 t1 {"stars": 5}, 2 t1 {"stars": 1}""",
            await Database.QueryAsync<string>(
                "SELECT string_agg(concat_ws(' ', id, task_id, feedback_data), ', ' ORDER BY created_at) FROM task_feedback WHERE task_id = 't1'"));
    }

    [Theory]
    [InlineData("""{"x":"\u0000"}""")]
    [InlineData("""{"x":"\ud800"}""")]
    [InlineData("""{"x":1e999999}""")]
    public async Task What_jsonb_cannot_hold_leaves_its_column_empty_and_the_task_listed(string metadata)
    {
        var written = await Task.WhenAll(Enumerable.Range(0, 10).Select(i =>
            WriteAsync(TaskKind.Kind, $"t{i}", "{}", WithMetadata(i == 5 ? metadata : """{"x":1}""")).AsTask()));

        Assert.Equal(10, written.Distinct().Count());
        Assert.Equal(9, await Database.QueryAsync<long>("SELECT count(metadata) FROM task_records"));
        Assert.Equal(10, (await Store.AllTasksAsync(new TaskFilter("acme") { ContextId = "c" })).Count);
        Assert.Equal(metadata, TaskFields.Read((await Store.ReadAsync(TaskKind.Kind, Key("t5")))!.Body.Fields).Metadata.ToString());
    }

    [Fact]
    public async Task Without_metadata_nothing_is_turned_into_jsonb()
    {
        await Database.ExecuteAsync(
            "CREATE OR REPLACE FUNCTION registry_jsonb(document bytea) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE 'called'; END $$");
        await WriteAsync(TaskKind.Kind, "t1", "{}", Fields(at: 1, TaskState.Working).Write());
        await WriteAsync(TaskKind.Kind, "t2", "{}", WithMetadata("""{"x":1}"""));
        Assert.Equal("t1", await Database.QueryAsync<string>("SELECT string_agg(id, ' ') FROM task_records WHERE state IS NOT NULL"));
    }

    [Fact]
    public async Task Texts_that_columns_refuse_are_told_apart_all_the_same()
    {
        var strange = new[] { "a\0b", "a\u0001b", new string('x', 10_000), new string('x', 10_001), "é🙂", "" };
        foreach (var (text, i) in strange.Select((text, i) => (text, i)))
        {
            await Store.PutTaskAsync($"t{i}", Fields(at: i, context: text, owner: text, agent: text));
        }

        foreach (var (text, i) in strange.Select((text, i) => (text, i)))
        {
            foreach (var filter in new[]
            {
                new TaskFilter("acme") { ContextId = text },
                new TaskFilter("acme") { Owner = text },
                new TaskFilter("acme") { AgentId = text },
            })
            {
                Assert.Equal($"t{i}", await Store.IdsAsync(filter));
                Assert.Equal(1, (await Store.CountTasksAsync(filter))[TaskState.Submitted]);
            }
        }
    }

    [Fact]
    public async Task A_list_reads_its_page_in_the_order_of_its_index()
    {
        await Database.ExecuteAsync(
            """
            INSERT INTO task_records (tenant, id, version, document, fields, context_id, state, state_timestamp, owner, agent_id, lease_expires_at,
            open_deadline, has_webhook, created_at, updated_at, push_due, has_failed_webhook)
            SELECT 'acme', n::text, n, '{}', '{}', CASE WHEN n % 2 = 0 THEN 'c' ELSE n::text END, (array['submitted', 'working',
            'completed'])[1 + n % 3],
                   timestamptz '2026-01-01' + n * interval '1 ms', 'o' || n % 7 % 3, CASE WHEN n % 4 = 0 THEN 'g' || n % 5 END,
                   CASE WHEN n % 1000 = 0 THEN timestamptz '2026-01-01' END, CASE WHEN n % 1000 = 1 THEN timestamptz '2026-01-01' END, n % 500 = 0,
                   now(), now(), CASE WHEN n % 1000 = 2 THEN timestamptz '2026-01-01' END, n % 500 = 1
            FROM generate_series(1, 30000) AS n
            """);
        await Database.ExecuteAsync("VACUUM ANALYZE task_records");
        var acme = new TaskFilter("acme");
        var everybody = new TaskFilter(Tenant: null) { OldestFirst = true };
        var listed = new (TaskFilter Filter, string Index)[]
        {
            (acme with { ContextId = "c" }, "task_records_context"),
            (acme with { ContextId = "c", Owner = "o1" }, "task_records_context"),
            (acme with { Owner = "o1", OldestFirst = true }, "task_records_owner"),
            (acme with { Owner = "o1", States = [TaskState.Working, TaskState.Failed] }, "task_records_owner"),
            (acme with { Owner = "o1", HasWebhook = true }, "task_records_webhook"),
            (acme with { Owner = "o1", HasFailedWebhook = true }, "task_records_failed_webhook"),
            (acme with { AgentId = "g2", States = [TaskState.Submitted], OldestFirst = true }, "task_records_agent"),
            (everybody with { States = [TaskState.Completed, TaskState.Failed], Before = At(0) }, "task_records_state"),
            (everybody with { LeaseBefore = At(0) }, "task_records_lease"),
            (everybody with { DeadlineBefore = At(0) }, "task_records_deadline"),
            (everybody with { PushBefore = At(0) }, "task_records_push"),
        };
        var middle = new RecordPosition(new DateTimeOffset(2026, 1, 1, 0, 0, 15, TimeSpan.Zero), Key("15000"));
        foreach (var (filter, index) in listed)
        {
            var (plan, rows) = await ExplainAsync(ListSql.List(PostgresDialect.Instance, filter.Query, middle, 50, keysOnly: false));
            Assert.Contains($"\"{index}\"", plan);
            Assert.DoesNotContain("Seq Scan", plan);
            Assert.InRange(rows, 0, 50 * TaskStates.All.Count * 2);
        }
    }

    [Fact]
    public async Task Changes_within_the_second_of_the_status_touch_no_index()
    {
        var version = await Store.PutTaskAsync("a", Fields(at: 20));
        for (var i = 0; i < 10; i++)
        {
            version = await Store.PutTaskAsync("a", Fields(at: 20) with { StatusAt = At(20 + (111 * i)), UpdatedAt = At(i) }, version);
        }

        // Its connections tell their statistics as they end, and else only when they have been idle for ten seconds.
        await Store.DisposeAsync();
        await Eventually.TrueAsync(
            async () => await Database.QueryAsync<long>("SELECT n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'task_records'") == 10,
            "the statistics to tell of 10 HOT updates");
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
    [InlineData("trust")]
    [InlineData("audit")]
    public async Task The_tables_are_those_that_the_declaration_prints(string name)
    {
        var kind = Kinds.All.Single(kind => kind.Name == name);
        const string Columns =
            """
            SELECT string_agg(column_name || ' ' || data_type || ' ' || is_nullable || ' ' || is_generated, ', ' ORDER BY column_name)
            FROM information_schema.columns WHERE table_schema = '{0}' AND table_name = '{1}'
            """;
        var printed = KindSchema.Postgres(kind);
        await Database.ExecuteAsync(
            $"CREATE SCHEMA printed; CREATE TABLE printed.registry_revision (kind text, value bigint); SET search_path = printed, public; {printed}");
        foreach (var table in kind.HasFeed ? (string[])[kind.Table, $"{kind.Name}_changes"] : [kind.Table])
        {
            Assert.Equal(
                await Database.QueryAsync<string>(string.Format(null, Columns, "printed", table)), await Database.QueryAsync<string>(
                    string.Format(null, Columns, "public", table)));
        }
    }

    private ValueTask<long> WriteAsync(RecordKind kind, string id, string document, RawJson fields = default) =>
        Store.WriteAsync(kind, Key(id), 0, new RecordBody(Json(document), fields));

    private static RawJson WithMetadata(string metadata) => (Fields(at: 1, TaskState.Working) with { Metadata = Json(metadata) }).Write();

    /// <summary>The plan for any values as JSON, and the most rows that any step of it gave or threw away for these.</summary>
    private async Task<(string Plan, long Rows)> ExplainAsync(SqlQuery query)
    {
        await using var connection = await Store.Database.Source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"PREPARE listed AS {query.Sql}", connection);
        var values = query.Parameters.Select(parameter => parameter switch
        {
            DateTime time => $"'{time:O}'",
            string[] texts => $"'{{{string.Join(',', texts)}}}'",
            var other => $"'{other}'",
        }).ToArray();
        await command.ExecuteNonQueryAsync();
        command.CommandText = $"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE listed({string.Join(", ", values)})";
        var plan = (string)(await command.ExecuteScalarAsync())!;
        command.CommandText = "DEALLOCATE listed";
        await command.ExecuteNonQueryAsync();
        var rows = Regex.Matches(
            plan,
            "\"(Actual Rows|Rows Removed by Filter)\": (?<rows>\\d+)",
            RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(5))
            .Select(match => long.Parse(match.Groups["rows"].Value)).Max();
        return (plan, rows);
    }
}
