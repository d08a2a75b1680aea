using System.Text.Json;
using OrleansRegistry.A2A.Service;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.A2A.JsonRpc;

/// <summary>The methods that the Bindu framework has beside those of A2A 0.3. Parameters go in camelCase and snake_case.</summary>
internal sealed class BinduMethods(BinduService service)
{
    private const string Length = "length";
    private const string TaskId = "taskId";
    private const string ContextId = "contextId";
    private const int LeastRating = 1;
    private const int MostRating = 5;

    private static readonly RequestMembers.Names List = new(Length, RequestReader.HistoryLengthName) { IgnoresOthers = true };
    private static readonly RequestMembers.Names Feedback = new(TaskId, "feedback", "rating", "metadata") { IgnoresOthers = true };
    private static readonly RequestMembers.Names Context = new(ContextId) { IgnoresOthers = true };

    public async Task<JsonRpcOutcome> ListTasksAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var members = Read(parameters, List);
        var tasks = await service.ListTasksAsync(call, Integer(members, Length), Integer(members, RequestReader.HistoryLengthName));
        return new JsonRpcOutcome.Result(async answer =>
        {
            answer.Json.WriteStartArray();
            foreach (var task in tasks)
            {
                await LegacyJson.WriteAsync(answer, call, TaskShape.ToV03, json => new ProtocolWriter(json).WriteTaskAsync(task));
            }

            answer.Json.WriteEndArray();
        });
    }

    public async Task<JsonRpcOutcome> AddFeedbackAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var members = Read(parameters, Feedback);
        var taskId = members.Text(TaskId) ?? throw A2AException.Invalid(TaskId, "is required");
        var feedback = members.Text("feedback") ?? throw A2AException.Invalid("feedback", "is required");
        var rating = members.Integer("rating", LeastRating, MostRating);
        var metadata = members.Object("metadata");
        await service.AddFeedbackAsync(call, taskId, TextMessage.Write(json =>
        {
            json.WriteString("feedback"u8, feedback);
            json.WriteGiven("rating", rating);

            if (metadata is { } more)
            {
                json.WriteDocument("metadata", RawJson.FromValid(more.Span));
            }
        }));
        return Says("The feedback is stored.", ("task_id", taskId));
    }

    public async Task<JsonRpcOutcome> ListContextsAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        // An older name of the length.
        var members = Read(parameters, List);
        var contexts = await service.ListContextsAsync(call, Integer(members, Length) ?? Integer(members, RequestReader.HistoryLengthName));
        return new JsonRpcOutcome.Result(answer =>
        {
            answer.Json.WriteStartArray();
            foreach (var context in contexts)
            {
                Write(answer.Json, context);
            }

            answer.Json.WriteEndArray();
            return default;
        });
    }

    public async Task<JsonRpcOutcome> ClearContextAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var contextId = Read(parameters, Context).Text(ContextId) ?? throw A2AException.Invalid(ContextId, "is required");
        var count = await service.ClearContextAsync(call, contextId);
        return Says($"The context is deleted, and {count} tasks with it.");
    }

    private static RequestMembers Read(ReadOnlyMemory<byte> parameters, RequestMembers.Names names)
    {
        JsonInput.Parse(parameters, "params").Dispose();
        return new RequestMembers(parameters, names, "params");
    }

    private static int? Integer(RequestMembers members, string name) => members.Integer(name, int.MinValue, int.MaxValue);

    private static void Write(Utf8JsonWriter json, ContextSummary context)
    {
        json.WriteStartObject();
        json.WriteString("kind"u8, "context"u8);
        json.WriteString("contextId"u8, context.Context.Id);
        json.WriteNumber("taskCount"u8, context.TaskCount);
        json.WriteGiven("taskIds", context.TaskIds);
        json.WriteTime("createdAt", context.Context.CreatedAt);
        json.WriteTime("updatedAt", context.Context.UpdatedAt);
        json.WriteEndObject();
    }

    private static JsonRpcOutcome.Result Says(string message, params (string Name, string Value)[] more) => new(answer =>
    {
        answer.Json.WriteStartObject();
        answer.Json.WriteString("message"u8, message);
        foreach (var (name, value) in more)
        {
            answer.Json.WriteString(name, value);
        }

        answer.Json.WriteEndObject();
        return default;
    });
}
