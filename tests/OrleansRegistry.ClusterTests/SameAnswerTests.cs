using System.Text.Json;
using OrleansRegistry.Server.Tests;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Push;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.ClusterTests;

/// <summary>Which replica one asks makes no difference.</summary>
public sealed class SameAnswerTests(Cluster cluster, ITestOutputHelper output)
{
    private static readonly string[] Questions =
    [
        "/agents?view=record", "/agents?page_size=7", "/agents?tag=t1&page_size=50", "/agents?skill=s2&view=record&page_size=50",
        "/agents?query=agent&page_size=50",
        "/agents?enabled=false&page_size=50", "/agents?category=c1&page_size=50", "/tags", "/categories", "/extensions", "/stats", "/agents/same-03",
        "/agents/same-03/card",
        "/agents/none", "/agents/same-05/extensions",
    ];

    [Fact]
    public async Task Random_changes_through_all_replicas_are_answered_alike_by_all()
    {
        var random = Cluster.NewRandom(output);
        using var client = new Client(await cluster.AddressesAsync());
        long newest = 0;
        for (var change = 0; change < 150; change++)
        {
            var (replica, id) = (random.Next(client.Replicas), $"same-{random.Next(24):00}");
            var card = new
            {
                name = id,
                description = $"change {change}",
                category = $"c{random.Next(3)}",
                skills = new[] { new { id = $"s{random.Next(4)}", name = "n", tags = new[] { $"t{random.Next(4)}" } } },
                capabilities = new { extensions = new[] { new { uri = $"urn:x:{random.Next(3)}" } } },
            };
            var revision = random.Next(8) switch
            {
                0 => await client.ChangeAsync(replica, HttpMethod.Delete, $"/agents/{id}", null),
                1 => await client.ChangeAsync(replica, HttpMethod.Post, $"/agents/{id}:disable", null),
                2 => await client.ChangeAsync(
                    replica,
                    HttpMethod.Patch,
                    $"/agents/{id}",
                    new { agent_card = new { description = $"patch {change}" } }),
                _ => await client.ChangeAsync(replica, HttpMethod.Post, "/agents", new { agent_card = card }),
            };
            Assert.True(revision == 0 || revision > newest, $"revision {revision} after {newest}");
            newest = Math.Max(newest, revision);
        }

        foreach (var question in Questions)
        {
            for (var replica = 1; replica < client.Replicas; replica++)
            {
                // What tasks of other tests tell of their agents comes to each replica in its own time.
                await Eventually.TrueAsync(
                    async () => await client.AskAsync(0, question, newest) == await client.AskAsync(replica, question, newest),
                    $"replica {replica} to answer {question} as the first does");
            }
        }
    }

    [Fact]
    public async Task Two_replicas_and_one_server_alone_answer_as_three_do()
    {
        var three = await Transcript.TakeAsync(await cluster.AddressesAsync());
        await using var database = await TestDatabase.CreateAsync();
        await using var replicas = new Replicas(2, _ => database.Settings.ConnectionString);
        await using var alone = await ServerProcess.StartAsync(
            new Dictionary<string, string> { ["STORAGE_TYPE"] = "memory", ["REGISTRY_STRICT_CARDS"] = "false" });
        await replicas.StartAsync();
        Assert.Equal(three, await Transcript.TakeAsync(replicas.Addresses));
        Assert.Equal(three, await Transcript.TakeAsync([alone.Http.BaseAddress!]));
    }

    [Fact]
    public async Task A_silo_without_gateway_and_a_gateway_without_silo_are_parts_of_it()
    {
        using var all = new Client(await cluster.AddressesAsync());
        await using var silo = await cluster.StartAsync("silo");
        await using var gateway = await cluster.StartAsync("gateway");
        using var parts = new Client([silo.Http.BaseAddress!, gateway.Http.BaseAddress!]);
        const int Silo = 0;
        const int Gateway = 1;

        Assert.StartsWith("200", await parts.AskAsync(Silo, "/health/ready", 0));
        Assert.StartsWith("404", await parts.AskAsync(Silo, "/agents", 0));
        Assert.StartsWith("200", await parts.AskAsync(Gateway, "/health/ready", 0));
        for (var i = 0; i < 20; i++)
        {
            var written = await parts.PutAsync(Gateway, $"part-{i}", $$"""{"name":"part-{{i}}"}""", 0);
            Assert.Equal(Outcome.Done, written.Outcome);
            Assert.Equal(Outcome.Refused, (await all.PutAsync(i % all.Replicas, $"part-{i}", """{"name":"x"}""", 0)).Outcome);
            var changed = await all.PutAsync(i % all.Replicas, $"part-{i}", $$"""{"name":"part-{{i}}","x":1}""", written.Revision);
            Assert.Equal(Outcome.Done, changed.Outcome);
            Assert.Equal(changed.Revision, (await parts.GetStrongAsync(Gateway, $"part-{i}")).Revision);
            Assert.Equal(
                await all.AskAsync(0, $"/agents/part-{i}", changed.Revision),
                await parts.AskAsync(Gateway, $"/agents/part-{i}", changed.Revision));
        }

        await TasksAreServedAsync(all, parts, Gateway);
        await DraftsAndInstancesAreServedAsync(all, parts, Gateway);
        await VectorsAreServedAsync(all, parts, Gateway);
        await SubscriptionsAreServedAsync(all, parts, Gateway);
        Assert.Equal(0, await gateway.StopAsync());
        Assert.Equal(0, await silo.StopAsync());
    }

    private static async Task DraftsAndInstancesAreServedAsync(Client all, Client parts, int gateway)
    {
        const string Agent = "/agents/part-0";
        foreach (var path in (string[])[$"{Agent}/draft", $"{Agent}/instances", $"{Agent}/lease", "/subscriptions"])
        {
            Assert.StartsWith("404", await parts.AskAsync(0, path, 0));
        }

        await DoneAsync(HttpMethod.Put, $"{Agent}/draft", new { name = "part-0", version = "2" });
        Assert.Equal(
            "2", (await all.SendAsync(0, HttpMethod.Get, $"{Agent}/draft")).Body.GetProperty("agent_card").GetProperty("version").GetString());
        var published = await DoneAsync(HttpMethod.Post, $"{Agent}/draft:publish", new { });
        Assert.StartsWith("404", await parts.AskAsync(gateway, $"{Agent}/draft", 0));
        Assert.Contains("\"2\"", await all.AskAsync(0, $"{Agent}/card", published.GetProperty("revision").GetInt64()), StringComparison.Ordinal);

        var put = await DoneAsync(HttpMethod.Put, $"{Agent}/instances/i", new { url = "http://10.0.0.1:8080", ttl = 600 });
        var beat = await DoneAsync(HttpMethod.Post, $"{Agent}/instances/i:heartbeat", null);
        Assert.Equal("healthy", beat.GetProperty("health").GetString());
        Assert.True((await all.SendAsync(0, HttpMethod.Get, $"{Agent}/instances/i/lease")).Body.TryGetProperty("last_beat", out _));
        var revision = put.GetProperty("revision").GetInt64();
        foreach (var question in (string[])[$"{Agent}/instances", $"{Agent}/instances:choose?key=k", Agent])
        {
            Assert.Equal(await all.AskAsync(0, question, revision), await parts.AskAsync(gateway, question, revision));
        }

        await DoneAsync(HttpMethod.Delete, $"{Agent}/instances/i", null);

        async Task<JsonElement> DoneAsync(HttpMethod method, string path, object? body)
        {
            var answer = await parts.SendAsync(gateway, method, path, body);
            Assert.Equal(Outcome.Done, answer.Outcome);
            return answer.Body;
        }
    }

    private static async Task VectorsAreServedAsync(Client all, Client parts, int gateway)
    {
        const string Path = "/agents/part-0/vectors";
        Assert.StartsWith("404", await parts.AskAsync(0, Path, 0));
        var given = new { model = "parts", vectors = new[] { new { field = "name", values = new[] { 0.25, -1 } } } };
        var put = await parts.SendAsync(gateway, HttpMethod.Put, Path, given);
        Assert.Equal(Outcome.Done, put.Outcome);
        var revision = put.Body.GetProperty("revision").GetInt64();
        var answer = await parts.AskAsync(gateway, Path, revision);
        Assert.Contains("[0.25,-1]", answer, StringComparison.Ordinal);
        Assert.Equal(answer, await all.AskAsync(0, Path, revision));

        // The one that wrote finds them at once, others once they have read them.
        var query = new { vector = new[] { 0.25, -1 }, model = "parts" };
        Assert.Equal(1, (await parts.SendAsync(gateway, HttpMethod.Post, "/agents/search", query)).Body.GetProperty("count").GetInt32());
        await Eventually.TrueAsync(
            async () => (await all.SendAsync(0, HttpMethod.Post, "/agents/search", query)) is { Outcome: Outcome.Done } found
                && found.Body.GetProperty("count").GetInt32() == 1,
            "the vectors on another replica");
        Assert.Equal(Outcome.Done, (await parts.SendAsync(gateway, HttpMethod.Delete, Path)).Outcome);
    }

    private static async Task SubscriptionsAreServedAsync(Client all, Client parts, int gateway)
    {
        await using var receiver = await Receiver.StartAsync();
        const string Path = "/subscriptions/part";
        var save = new { url = receiver.Url(), query = new { query = "part-told" } };
        Assert.Equal(Outcome.Done, (await parts.SendAsync(gateway, HttpMethod.Put, Path, save)).Outcome);
        Assert.Equal(receiver.Url(), (await all.SendAsync(0, HttpMethod.Get, Path)).Body.GetProperty("url").GetString());
        Assert.Equal(Outcome.Done, (await parts.PutAsync(gateway, "part-told", """{"name":"part-told"}""", 0)).Outcome);
        await Eventually.TrueAsync(() => Task.FromResult(receiver.Taken.Count > 0), "the subscription's event");
        var told = JsonDocument.Parse(receiver.Taken[0].Body).RootElement;
        Assert.Contains("registered", told.GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.Equal(Outcome.Done, (await parts.SendAsync(gateway, HttpMethod.Delete, Path)).Outcome);
    }

    private static async Task TasksAreServedAsync(Client all, Client parts, int gateway)
    {
        Assert.StartsWith("404", await parts.AskAsync(0, "/tasks", 0));
        for (var i = 0; i < 10; i++)
        {
            var message = new { messageId = $"part-{i}", role = "ROLE_USER", parts = new[] { new { text = "hello" } } };
            var made = await parts.SendAsync(
                gateway,
                HttpMethod.Post,
                "/tasks",
                new { taskId = $"part-{i}", contextId = "parts", agentId = "part-worker", message });
            Assert.Equal(Outcome.Done, made.Outcome);
            var claimed = await parts.SendAsync(
                gateway,
                HttpMethod.Post,
                "/agents/part-worker/tasks:claim",
                new { worker = "w", leaseSeconds = 600 });
            Assert.Equal($"part-{i}", claimed.Body.GetProperty("id").GetString());
            var changed = await all.SendAsync(
                i % all.Replicas,
                HttpMethod.Patch,
                $"/tasks/part-{i}",
                new { state = "completed", ifState = "working" });
            Assert.Equal(Outcome.Done, changed.Outcome);
            Assert.Equal(Outcome.Refused, (await parts.SendAsync(
                gateway,
                HttpMethod.Post,
                $"/tasks/part-{i}:compareAndSet",
                new { from = "working", to = "submitted" })).Outcome);
            foreach (var question in (string[])[$"/tasks/part-{i}", $"/tasks/part-{i}?consistency=strong", "/tasks?context_id=parts&history_length=1",
                "/contexts/parts", "/tasks:count?context_id=parts"])
            {
                Assert.Equal(await all.AskAsync(0, question, 0), await parts.AskAsync(gateway, question, 0));
            }
        }
    }
}
