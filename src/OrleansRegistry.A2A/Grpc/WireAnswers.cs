using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A.Grpc;

/// <summary>Results as messages of protobuf, made from the JSON that the other bindings send.</summary>
internal static class WireAnswers
{
    private static readonly JsonWriterOptions AsStored = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ValueTask<Wire.Task> TaskAsync(TaskRecord task) =>
        MakeAsync<Wire.Task>(NameOf(task.Id), json => new ProtocolWriter(json).WriteTaskAsync(task));

    public static ValueTask<Wire.SendMessageResponse> SentAsync(SendMessageResult result) => MakeAsync<Wire.SendMessageResponse>(
        NameOf(result.Task.Id), json => AnswerWriting.WriteSentAsync(new ProtocolWriter(json), result));

    public static ValueTask<Wire.StreamResponse> ItemAsync(StreamItem item) =>
        MakeAsync<Wire.StreamResponse>("a change of this task", json => new ProtocolWriter(json).WriteAsync(item));

    public static async ValueTask<Wire.ListTasksResponse> ListAsync(TaskPage page, int pageSize)
    {
        var response = new Wire.ListTasksResponse
        {
            NextPageToken = page.NextPageToken ?? "",
            PageSize = pageSize,
            TotalSize = (int)Math.Min(int.MaxValue, page.Total ?? page.Tasks.Count),
        };
        foreach (var task in page.Tasks)
        {
            response.Tasks.Add(await TaskAsync(task));
        }

        return response;
    }

    public static ValueTask<Wire.TaskPushNotificationConfig> ConfigAsync(string taskId, TaskWebhook config) =>
        MakeAsync<Wire.TaskPushNotificationConfig>($"a push configuration of {NameOf(taskId)}", json =>
        {
            PushConfigJson.Write(json, taskId, config);
            return default;
        });

    private static string NameOf(string taskId) => $"task '{LogText.Id(taskId)}'";

    private static async ValueTask<T> MakeAsync<T>(string what, Func<Utf8JsonWriter, ValueTask> write)
        where T : IMessage<T>, new()
    {
        var output = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(output, AsStored))
        {
            await write(json);
        }

        return WireJson.Read<T>(output.WrittenSpan, what);
    }
}
