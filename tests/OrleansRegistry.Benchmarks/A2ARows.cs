using System.Globalization;
using System.Text;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Benchmarks;

/// <summary>A2A over HTTP+JSON: what the binding costs beside what is below it.</summary>
internal static class A2ARows
{
    public const string Agent = "worked";
    public const string Version = "A2A-Version: 1.0\r\n";

    private const int Connections = 64;
    private const int Tasks = 1024;
    private const string Digits = "D16";

    /// <summary>What changes from one message to the next.</summary>
    private static readonly byte[] Number = Encoding.ASCII.GetBytes(0L.ToString(Digits, CultureInfo.InvariantCulture));

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        await using (var registry = await HttpHost.RegistryAsync())
        {
            yield return await GetsAsync(registry);
        }

        await using var server = await PrivateServer.StartAsync(
            PrivateServer.FindBinaries()
                ?? throw new InvalidOperationException("The group a2a needs PostgreSQL's programs initdb and postgres on this machine."));
        var database = new PostgresStoreOptions { ConnectionString = await PostgresRows.CreateAsync(server, "sends") };
        await using var sending = await HttpHost.RegistryAsync(database);
        yield return await SendsAsync(sending);
    }

    /// <summary>An agent whose tasks wait for a worker.</summary>
    public static Task RegisterAsync(HttpHost registry) =>
        registry.Agents.RegisterAsync(Caller.Default, new AgentRegistration(Encoding.UTF8.GetBytes($$"""{"name":"{{Agent}}"}""")));

    public static ReadOnlyMemory<byte> Message(string id) =>
        Encoding.UTF8.GetBytes($$"""{"messageId":"{{id}}","role":"ROLE_USER","parts":[{"text":"What is the weather like in Reykjavik?"}]}""");

    private static async Task<Row> GetsAsync(HttpHost registry)
    {
        await RegisterAsync(registry);
        var answered = new TaskUpdate
        {
            State = TaskState.Completed,
            Artifacts = [ArtifactUpdate.Text("answer", "Rain, eight degrees, wind from the west.")],
        };
        var ids = await Task.WhenAll(Enumerable.Range(0, Tasks).Select(async i =>
        {
            var task = (await registry.Tasks.SubmitAsync(Caller.Default, new TaskSubmission(Message($"get-{i}")) { AgentId = Agent })).Task;
            await registry.Tasks.UpdateAsync(Caller.Default, task.Id, answered);
            return task.Id;
        }));
        var requests = Array.ConvertAll(ids, id => HttpLoad.Get($"/a2a/{Agent}/tasks/{id}", Version));
        byte[] Request(int caller, int count) => requests[((caller * 61) + count) % Tasks];
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("A2A-Version", "1.0");
        await using var bare = await HttpHost.BareAsync(
            await client.GetByteArrayAsync(new Uri($"http://{registry.Address}/a2a/{Agent}/tasks/{ids[0]}")));
        using var load = new HttpLoad(Enumerable.Repeat(registry.Address, Connections));
        using var bareLoad = new HttpLoad(Enumerable.Repeat(bare.Address, Connections));
        var (here, reference) = await Measure.InTurn(() => load.Rate(Request), () => bareLoad.Rate(Request));
        return new Row(
            "A2A: GetTask over HTTP+JSON, a task of one message and one artifact, 64 connections",
            Row.PerSecond(here),
            $"bare Kestrel, same bytes: {Row.PerSecond(reference)}",
            here / reference,
            "0.6",
            here / reference >= 0.6);
    }

    private static async Task<Row> SendsAsync(HttpHost registry)
    {
        await RegisterAsync(registry);
        var message = Encoding.UTF8.GetString(Message(Encoding.ASCII.GetString(Number)).Span);
        var sent = 0L;
        var sends = Numbered(HttpLoad.Post(
            $"/a2a/{Agent}/message:send",
            Encoding.UTF8.GetBytes($$$"""{"message":{{{message}}},"configuration":{"returnImmediately":true}}"""),
            Version));
        var posts = Numbered(HttpLoad.Post("/tasks", Encoding.UTF8.GetBytes($$"""{"message":{{message}},"agentId":"{{Agent}}"}""")));
        using var load = new HttpLoad(Enumerable.Repeat(registry.Address, Connections));
        using var reference = new HttpLoad(Enumerable.Repeat(registry.Address, Connections));
        var (here, below) = await Measure.InTurn(() => load.Rate((_, _) => sends(sent++)), () => reference.Rate((_, _) => posts(sent++)));
        return new Row(
            "A2A: SendMessage with returnImmediately over HTTP+JSON, PostgreSQL, 64 connections",
            Row.PerSecond(here),
            $"POST /tasks: {Row.PerSecond(below)}",
            here / below,
            "0.8",
            here / below >= 0.8);
    }

    /// <summary>The request with another number in its message's id; valid until the next.</summary>
    private static Func<long, byte[]> Numbered(byte[] request)
    {
        var place = request.AsSpan().IndexOf(Number);
        return number =>
        {
            number.TryFormat(request.AsSpan(place), out _, Digits, CultureInfo.InvariantCulture);
            return request;
        };
    }
}
