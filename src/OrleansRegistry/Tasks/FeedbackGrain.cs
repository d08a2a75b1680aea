using System.Buffers;
using System.Text.Json;
using Orleans.Concurrency;

namespace OrleansRegistry.Tasks;

/// <summary>
/// What was said about one task; its key is the task's. Only the task's own grain adds and clears: it knows whether there is such a task, and who may
/// see it.
/// </summary>
[Alias("registry.IFeedbackGrain")]
internal interface IFeedbackGrain : IGrainWithStringKey
{
    [Alias("Add")]
    Task<TaskFeedback> Add(string subject, RawJson data);

    /// <summary>The same, carried out once for the caller's idempotency key.</summary>
    [Alias("AddOnce")]
    Task<TaskFeedback> AddOnce(Caller caller, RawJson data);

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
    private LogName name;

    public FeedbackGrain(
        HeadStorage storage,
        PageStore pages,
        [RegistryTime] TimeProvider time)
    {
        this.pages = pages;
        this.time = time;
        writer = new HeadWriter<FeedbackHead>(storage, TaskGrainNames.FeedbackStateName, GrainContext.GrainId, DeactivateOnIdle)
        {
            Flush = async (before, after) => after with { Items = await items.FlushAsync(before.Items, after.Items, writer!.IsCurrentAsync) },
        };
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await writer.StartAsync();
        var (tenant, id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        name = LogName.FeedbackOf(tenant, id);
        items = new PagedLog(name, pages, idOf: null);
    }

    public async Task<TaskFeedback> Add(string subject, RawJson data) => (await AddAsync(new Caller("", subject), data)).Added!;

    public async Task<TaskFeedback> AddOnce(Caller caller, RawJson data)
    {
        var (added, before) = await AddAsync(caller, data);
        return added ?? FeedbackItem.Read(await new LogReader(pages).ReadOneAsync(name, writer.Head!.Items, before - 1));
    }

    public Task<LogHead> Get() => Task.FromResult(writer.Head?.Items ?? LogHead.Empty);

    /// <returns>The feedback, or the number of that which came by the same request before.</returns>
    private Task<(TaskFeedback? Added, long Before)> AddAsync(Caller caller, RawJson data) => writer.ChangeAsync<(TaskFeedback?, long)>(
        head =>
        {
            var now = time.GetUtcMilliseconds();
            if (RequestMarks.Find(head?.Requests, caller, now) is { } mark)
            {
                RequestMarks.Check(mark, PrintOf(data));
                return new(head, (null, mark.Result));
            }

            var log = head?.Items ?? LogHead.Empty;
            var feedback = new TaskFeedback(log.Count + 1, caller.Subject, now, data);
            var next = (head ?? new FeedbackHead(log)) with
            {
                Items = log.Append([FeedbackItem.Write(feedback)]),
                Requests = RequestMarks.Add(head?.Requests, caller, () => PrintOf(data), now, feedback.Number),
            };
            return new(next, (feedback, 0));
        },
        data.Length);

    private static RequestFingerprint PrintOf(RawJson data) => new RequestFingerprint("feedback").Add("data", data);

    public async Task Clear()
    {
        if (writer.Unreadable is not null)
        {
            await items.DeleteAllPagesAsync();
            await writer.RemoveUnreadableAsync();
            return;
        }

        if (writer.Head is not { } head)
        {
            return;
        }

        await items.DeletePagesAsync(head.Items, head.Items.Base);
        await writer.ChangeAsync<bool>(_ => new(null, true));
        DeactivateOnIdle();
    }
}

/// <summary>Feedback as its log keeps it: one JSON object with <c>number</c>, <c>subject</c>, <c>at</c> and <c>data</c>.</summary>
internal static class FeedbackItem
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
