using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>A binding of A2A, as a client of it: methods go by their names, parameters and results are ProtoJSON.</summary>
internal interface IBinding
{
    /// <summary>Calls a method that has one answer.</summary>
    /// <param name="parameters">The request as one JSON object.</param>
    /// <param name="service">Service parameters, and headers that say who calls. <c>A2A-Version: 1.0</c> is sent unless it is among them.</param>
    Task<Answer> CallAsync(TestAgent agent, string method, string parameters, params (string Name, string Value)[] service);

    /// <summary>Calls a method whose answer is a stream.</summary>
    Task<StreamAnswer> OpenAsync(TestAgent agent, string method, string parameters, params (string Name, string Value)[] service);
}

/// <summary>What a call came to: exactly one of the two.</summary>
internal sealed record Answer(JsonElement? Result, Fault? Fault)
{
    public JsonElement Ok => Fault is null ? Result!.Value : throw new InvalidOperationException($"refused: {Fault}");

    public Fault Refused(A2AError error)
    {
        Assert.True(Fault is not null, $"not refused: {Result}");
        Assert.Equal((error.Reason, error.Domain), (Fault.Reason, Fault.Domain));
        Assert.Equal(error, Fault.Expected(error));
        return Fault;
    }
}

/// <summary>An error, as far as all bindings tell it.</summary>
/// <param name="Status">What the binding itself has for a status: the code of JSON-RPC, the status of HTTP, the name of gRPC's.</param>
internal sealed record Fault(string Reason, string Domain, string Message, string? Field, string? TaskId, object Status)
{
    /// <summary>The error, if it has the status that the specification gives it.</summary>
    public A2AError? Expected(A2AError error) =>
        Status.Equals(error.Code) || Status.Equals(error.Http) || Status.Equals(error.Rpc.ToName()) ? error : null;
}

/// <summary>What a call of a stream came to: exactly one of the two.</summary>
internal sealed record StreamAnswer(ItemReader? Items, Fault? Fault)
{
    public ItemReader Ok => Fault is null ? Items! : throw new InvalidOperationException($"refused: {Fault}");

    public Fault Refused(A2AError error) => new Answer(null, Fault ?? throw new InvalidOperationException("not refused")).Refused(error);
}

/// <summary>Reads the items of a stream.</summary>
internal abstract class ItemReader : IAsyncDisposable
{
    /// <summary>The id of the last event; null for none.</summary>
    public abstract string? LastEventId { get; }

    /// <summary>The next <c>StreamResponse</c>; null where the stream has ended.</summary>
    public abstract Task<JsonElement?> ReadAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>The next, which must be of this kind: <c>task</c>, <c>statusUpdate</c>, <c>artifactUpdate</c>, <c>message</c>.</summary>
    public async Task<JsonElement> NextAsync(string kind)
    {
        var item = await ReadAsync() ?? throw new InvalidOperationException($"the stream ended before '{kind}'");
        Assert.Equal(kind, Assert.Single(item.EnumerateObject()).Name);
        return item.GetProperty(kind);
    }

    /// <summary>All that follows, to the end.</summary>
    public async Task<List<JsonElement>> RestAsync()
    {
        var items = new List<JsonElement>();
        while (await ReadAsync() is { } item)
        {
            items.Add(item);
        }

        return items;
    }

    public async Task EndAsync() => Assert.Empty(await RestAsync());
}

internal static class Bindings
{
    private static readonly Dictionary<string, IBinding> ByName = new(StringComparer.Ordinal)
    {
        ["JSONRPC"] = new JsonRpcBinding(),
        ["HTTP+JSON"] = new HttpJsonBinding(),
        ["GRPC"] = new GrpcBinding(),
    };

    /// <summary>One row for each binding.</summary>
    public static TheoryData<string> All => [.. ByName.Keys];

    /// <summary>One row for each binding in JSON: for what messages of gRPC cannot say, as a value of another type, or ids of events.</summary>
    public static TheoryData<string> Json => [.. ByName.Keys.Where(IsJson)];

    /// <summary>One row for each binding, with this beside it.</summary>
    public static TheoryData<string, string> With(string beside) => Rows(ByName.Keys, beside);

    /// <summary>One row for each binding in JSON, with this beside it.</summary>
    public static TheoryData<string, string> JsonWith(string beside) => Rows(ByName.Keys.Where(IsJson), beside);

    private static bool IsJson(string name) => name != "GRPC";

    private static TheoryData<string, string> Rows(IEnumerable<string> names, string beside)
    {
        var rows = new TheoryData<string, string>();
        foreach (var name in names)
        {
            rows.Add(name, beside);
        }

        return rows;
    }

    public static IBinding Of(string name) => ByName[name];

    /// <summary>Sends a message, and gives back the task that comes of it.</summary>
    public static async Task<JsonElement> SendAsync(this IBinding binding, TestAgent agent, string message, string configuration = "{}") =>
        (await binding.CallAsync(agent, "SendMessage", $$"""{"message":{{message}},"configuration":{{configuration}}}""")).Ok.GetProperty("task");

    /// <summary>The same, at once.</summary>
    public static Task<JsonElement> SubmitAsync(this IBinding binding, TestAgent agent, string? message = null) =>
        binding.SendAsync(agent, message ?? TestAgent.Message(), """{"returnImmediately":true}""");

    public static string IdOf(this JsonElement task) => task.GetProperty("id").GetString()!;

    public static string StateOf(this JsonElement holder) => holder.GetProperty("status").GetProperty("state").GetString()!;
}
