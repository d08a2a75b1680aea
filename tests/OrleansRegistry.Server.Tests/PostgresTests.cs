using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OrleansRegistry.Cli;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Server.Tests;

/// <summary>Whole servers on a real PostgreSQL.</summary>
public sealed class PostgresTests
{
    [Fact]
    public async Task Two_servers_on_one_database_see_each_others_changes_in_order()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var first = await ServerProcess.StartAsync(database.ServerSettings());
        await using var second = await ServerProcess.StartAsync(database.ServerSettings(("STORAGE_TYPE", "postgres")));

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => RegisterAsync(i % 2 == 0 ? first : second, $"agent-{i:000}", "1")));
        var last = await RegisterAsync(first, "agent-000", "2");

        var seen = await ListAsync(second, last);
        Assert.Equal(100, seen.Length);
        Assert.Equal(seen, await ListAsync(first, last));
        Assert.Contains(("agent-000", last), seen);
        Assert.Equal(seen.Length, seen.Select(agent => agent.Revision).Distinct().Count());
    }

    [Fact]
    public async Task Two_servers_that_write_one_agent_lose_no_update()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var first = await ServerProcess.StartAsync(database.ServerSettings());
        await using var second = await ServerProcess.StartAsync(database.ServerSettings());
        await RegisterAsync(first, "contended", "0");

        // Each adds one member of its own; a lost update would lose a member.
        var revisions = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            var server = i % 2 == 0 ? first : second;
            using var patch = JsonContent.Create(new { agent_card = new Dictionary<string, object> { [$"x{i}"] = i } });
            while (true)
            {
                using var answer = await server.Http.PatchAsync("/agents/contended", patch);
                if (answer.StatusCode != HttpStatusCode.Conflict)
                {
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                    return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("revision").GetInt64();
                }
            }
        }));

        Assert.Equal(40, revisions.Distinct().Count());
        foreach (var server in (ServerProcess[])[first, second])
        {
            await ListAsync(server, revisions.Max());
            var card = (await server.Http.GetFromJsonAsync<JsonElement>("/agents/contended")).GetProperty("agent_card");
            Assert.Equal(40, card.EnumerateObject().Count(member => member.Name.StartsWith('x')));
        }
    }

    [Fact]
    public async Task While_the_database_is_down_reads_go_on_and_afterwards_all_recovers_by_itself()
    {
        await using var database = await PrivateDatabase.StartAsync();
        await using var server = await ServerProcess.StartAsync(database.Settings(
            ("STORAGE__POSTGRES_MAX_RETRIES", "1"), ("STORAGE__POSTGRES_RETRY_DELAY", "0.2"), ("STORAGE__POSTGRES_TIMEOUT", "5")));
        await RegisterAsync(server, "kept", "1");

        await database.KillAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/agents/kept")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.PostAsJsonAsync("/agents/search", new { query = "kept" })).StatusCode);
        foreach (var body in (object[])[new { agent_card = new { name = "kept" } }, new { agent_card = new { name = "new" } }])
        {
            using var refused = await server.Http.PostAsJsonAsync("/agents", body);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
            TellsNoPlace(await refused.Content.ReadAsStringAsync());
        }

        using (var ready = await server.Http.GetAsync("/health/ready"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            TellsNoPlace(await ready.Content.ReadAsStringAsync());
        }

        Assert.Contains("127.0.0.1", server.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health/live")).StatusCode);

        await database.RestartAsync();
        await Eventually.TrueAsync(async () => (await server.Http.GetAsync("/health/ready")).IsSuccessStatusCode, "readiness comes back");
        await Eventually.TrueAsync(
            async () => (await server.Http.PostAsJsonAsync("/agents", new { agent_card = new { name = "after" } }))
                .IsSuccessStatusCode, "writes come back");
        Assert.Equal(["after", "kept"], (await ListAsync(server, 0)).Select(agent => agent.Id));
        Assert.DoesNotContain(PrivateDatabase.Password, server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Uri.EscapeDataString(PrivateDatabase.Password), server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_stops_the_start_and_is_not_told()
    {
        await using var database = await TestDatabase.CreateAsync();
        database.Settings.Password = "Wrong-";
        var (exitCode, output) = await ServerProcess.RunAsync(database.ServerSettings());
        Assert.Equal(1, exitCode);
        Assert.Contains(database.Settings.Host!, output, StringComparison.Ordinal);
        Assert.DoesNotContain("Wrong-", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schema_is_brought_up_and_taken_back_by_hand()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var byHand = database.ServerSettings(("STORAGE__RUN_MIGRATIONS_ON_STARTUP", "false"));
        var (exitCode, output) = await ServerProcess.RunAsync(byHand);
        Assert.Equal(1, exitCode);
        Assert.Contains("0001", output, StringComparison.Ordinal);

        Assert.Contains("pending", await SchemaAsync(byHand, "status"), StringComparison.Ordinal);
        Assert.Matches("^[1-9][0-9]* applied\n$", await SchemaAsync(byHand, "up"));
        Assert.DoesNotContain("pending", await SchemaAsync(byHand, "status"), StringComparison.Ordinal);
        await using (var server = await ServerProcess.StartAsync(byHand))
        {
            await RegisterAsync(server, "a", "1");
        }

        // A cluster's tables have numbers of their own.
        byHand["REGISTRY_CLUSTERING"] = "postgres";
        Assert.Contains("clustering/0001", await SchemaAsync(byHand, "status"), StringComparison.Ordinal);
        Assert.Matches("^[1-9][0-9]* applied\n$", await SchemaAsync(byHand, "up"));
        Assert.Matches("^[1-9][0-9]* taken back\n$", await SchemaAsync(byHand, "down", "0", "--yes"));
        var after = await SchemaAsync(byHand, "status");
        Assert.Contains("0001 records", after, StringComparison.Ordinal);
        var migrations = after.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1);
        Assert.All(migrations, line => Assert.EndsWith("pending", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_command_line_fills_an_empty_database_and_finds_what_is_in_it()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        string[] store = ["--store", database.Settings.ConnectionString];
        Assert.StartsWith("registered echo", await CommandAsync([], ["seed", .. store]), StringComparison.Ordinal);
        Assert.Contains("echo", await CommandAsync(database.ServerSettings(), ["agents", "list", "--store", "env"]), StringComparison.Ordinal);
    }

    private static Task<string> SchemaAsync(Dictionary<string, string> settings, params string[] words) => CommandAsync(settings, ["db", .. words]);

    /// <summary><c>registry</c>, with these settings in the environment.</summary>
    private static async Task<string> CommandAsync(Dictionary<string, string> settings, string[] words)
    {
        using var output = new MemoryStream();
        using var errors = new StringWriter();
        var terminal = new Terminal
        {
            Input = Stream.Null,
            Output = output,
            Error = errors,
            Variables = settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value),
        };
        Assert.True(await RegistryCli.RunAsync(words, terminal) == 0, errors.ToString());
        return Encoding.UTF8.GetString(output.ToArray());
    }

    /// <summary>Where the database is, and who reads it, is for the log.</summary>
    private static void TellsNoPlace(string answer)
    {
        Assert.Contains("PostgreSQL store", answer);
        Assert.DoesNotContain("127.0.0.1", answer);
        Assert.DoesNotContain("registry\"", answer);
        Assert.DoesNotContain(" user ", answer);
    }

    private static async Task<long> RegisterAsync(ServerProcess server, string name, string version)
    {
        using var answer = await server.Http.PostAsJsonAsync("/agents", new { agent_card = new { name, version } });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("revision").GetInt64();
    }

    private static async Task<(string Id, long Revision)[]> ListAsync(ServerProcess server, long atLeast)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/agents?view=record");
        request.Headers.Add("X-Registry-Revision", atLeast.ToString(CultureInfo.InvariantCulture));
        using var answer = await server.Http.SendAsync(request);
        var list = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return [.. list.GetProperty("agents").EnumerateArray()
            .Select(agent => (agent.GetProperty("agent_id").GetString()!, agent.GetProperty("revision").GetInt64()))];
    }
}
