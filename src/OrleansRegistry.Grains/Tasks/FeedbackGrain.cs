using System.Buffers;
using System.Text.Json;
using Orleans.Concurrency;
using OrleansRegistry.Model;

namespace OrleansRegistry.Grains;

/// <summary>
/// What was said about one task; its key is the task's. Only the task's own grain adds and clears: it knows whether there is such a task, and who may see it.
/// </summary>
[Alias("registry.IFeedbackGrain")]
public interface IFeedbackGrain : IGrainWithStringKey
{
    [Alias("Add")]
    Task<TaskFeedback> Add(string subject, RawJson data);

    /// <summary>The log as stored; each item is read by <see cref="FeedbackItem.Read"/>.</summary>
    [Alias("Get")]
    Task<LogHead> Get();

    [Alias("Clear")]
    Task Clear();
}

[GrainType("registry.feedback"), Reentrant]
internal sealed class FeedbackGrain : Grain, IFeedbackGrain
{
    private readonly HeadWriter<FeedbackHead> writer;
    private readonly PageStore pages;
    private readonly TimeProvider time;
    private PagedLog items = null!;

    public FeedbackGrain(
        HeadStorage storage,
        PageStore pages,
        [RegistryTime] TimeProvider time)
    {
        (this.pages, this.time) = (pages, time);
        writer = new HeadWriter<FeedbackHead>(storage, TaskGrainNames.FeedbackStateName, GrainContext.GrainId, DeactivateOnIdle)
        {
            Flush = async (before, after) => new FeedbackHead(await items.Flush(before.Items, after.Items, writer!.IsCurrent)),
        };
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await writer.Start();
        var (tenant, id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        items = new PagedLog(LogName.FeedbackOf(tenant, id), pages, idOf: null);
    }

    public Task<TaskFeedback> Add(string subject, RawJson data) => writer.Change<TaskFeedback>(
        head =>
        {
            var log = head?.Items ?? LogHead.Empty;
            var feedback = new TaskFeedback(log.Count + 1, subject, time.GetUtcMilliseconds(), data);
            return new(new FeedbackHead(log.Append([FeedbackItem.Write(feedback)])), feedback);
        },
        data.Length);

    public Task<LogHead> Get() => Task.FromResult(writer.Head?.Items ?? LogHead.Empty);

    public async Task Clear()
    {
        if (writer.Head is not { } head)
        {
            return;
        }

        await items.DeletePages(head.Items, head.Items.Base);
        await writer.Change<bool>(_ => new(null, true));
        DeactivateOnIdle();
    }
}

/// <summary>Feedback as its log keeps it: one JSON object with <c>number</c>, <c>subject</c>, <c>at</c> and <c>data</c>.</summary>
public static class FeedbackItem
{
    public static RawJson Write(TaskFeedback feedback)
    {
        var output = new ArrayBufferWriter<byte>(feedback.Data.Length + 128);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteNumber("number"u8, feedback.Number);
            json.WriteString("subject"u8, feedback.Subject);
            json.WriteString("at"u8, feedback.At);
            json.WritePropertyName("data"u8);
            json.WriteRawValue(feedback.Data.Span, skipInputValidation: true);
            json.WriteEndObject();
        }

        return RawJson.FromValid(output.WrittenSpan);
    }

    public static TaskFeedback Read(RawJson item)
    {
        using var document = JsonDocument.Parse(item.Utf8, JsonInput.Stored);
        var root = document.RootElement;
        return new TaskFeedback(
            root.GetProperty("number"u8).GetInt64(),
            root.GetProperty("subject"u8).GetString()!,
            root.GetProperty("at"u8).GetDateTimeOffset(),
            JsonInput.Copy(root.GetProperty("data"u8)));
    }
}
