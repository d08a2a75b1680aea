namespace OrleansRegistry.Tests.Push;

/// <summary>What of deliveries is in a task's head.</summary>
public sealed class WebhookDeliveryTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_webhook_of_a_version_that_delivered_nothing_begins_with_the_next_change()
    {
        var before = Head(7, Hook());
        var settled = Settle(before, before with { Generation = 8 });
        Assert.Equal((7L, Now + WebhookDelivery.Grace), (settled.Webhooks[0].Delivered, settled.PushDue));
    }

    [Fact]
    public void What_is_delivered_is_due_no_longer()
    {
        var head = Head(8, Hook(7, since: 3)) with { PushDue = Now };
        var told = WebhookDelivery.Told(head, [new("w", 3, 8)], due: null);
        Assert.Equal((8L, null), (told.Webhooks[0].Delivered, told.PushDue));
        Assert.Null(Settle(head, told).PushDue);
        Assert.Same(told, WebhookDelivery.Told(told, [new("w", 3, 8)], due: null));
    }

    [Fact]
    public void News_of_a_webhook_before_it_was_saved_again_do_not_count()
    {
        var head = Head(8, Hook(7, since: 5)) with { PushDue = Now };
        Assert.Same(head, WebhookDelivery.Told(head, [new("w", 3, 6, new("x", Now, 3)), new("gone", 3, 8)], due: null));
        var told = WebhookDelivery.Told(head, [new("w", 5, 7, new("x", Now, 3))], due: null);
        Assert.Equal((7L, "x", null), (told.Webhooks[0].Delivered, told.Webhooks[0].Failure?.Reason, told.PushDue));
    }

    [Fact]
    public void Upkeep_looks_when_the_next_attempt_is_over()
    {
        var head = Head(8, Hook(7)) with { PushDue = Now };
        var told = WebhookDelivery.Told(head, [], Now.AddMinutes(5));
        Assert.Equal(Now.AddMinutes(5), Settle(head, told).PushDue);
    }

    [Fact]
    public void What_is_done_to_a_task_after_its_end_is_delivered_only_to_who_lacks_the_end()
    {
        var before = Head(8, Hook(8)) with { Status = new TaskStatus(TaskState.Completed, Now) };
        Assert.Equal((9L, null), Due(Settle(before, before with { Generation = 9 })));
        var lacking = before with { Webhooks = [Hook(7)] };
        Assert.Equal((7L, Now + WebhookDelivery.Grace), Due(Settle(lacking, lacking with { Generation = 9 })));
    }

    [Fact]
    public void Saved_again_it_goes_on_from_where_it_was()
    {
        var before = Head(8, Hook(5, since: 5) with { Failure = new("x", Now, 3) });
        Assert.Equal((5L, 9L, null), Saved(before, 9));
        Assert.Equal((5L, 8L, null), Saved(before, 8));
        var upToDate = Head(8, Hook(8, since: 8));
        Assert.Equal((9L, 9L, null), Saved(upToDate, 9));
        Assert.Equal((9L, 9L, null), Saved(Head(8), 9));
        Assert.Equal((9L, 9L, null), Saved(null, 9));
    }

    [Fact]
    public void Stored_members_of_a_newer_version_survive()
    {
        var hook = Hook(7, since: 3) with
        {
            Failure = new("x", Now, 3) { Unknown = RawJson.FromValid("""{"f":1}"""u8) },
            Unknown = RawJson.FromValid("""{"w":2}"""u8),
        };
        var body = TaskKind.Write(Head(8, hook) with { PushDue = Now, Owner = "o" });
        var read = TaskKind.Read(new StoredRecord(new RecordKey("t", "id"), 1, body));
        Assert.Equal(hook, Assert.Single(read.Webhooks));
        Assert.Equal(Now, read.PushDue);
        Assert.True(read.Unknown == default, "nothing is taken for unknown");
        Assert.Equal(body, TaskKind.Write(read));
    }

    private static (long? Delivered, DateTimeOffset? Due) Due(TaskHead head) => (head.Webhooks[0].Delivered, head.PushDue);

    private static (long? Delivered, long Since, WebhookFailure? Failure) Saved(TaskHead? before, long generation)
    {
        var saved = WebhookDelivery.Saved(before, generation, Hook());
        return (saved.Delivered, saved.Since, saved.Failure);
    }

    private static TaskHead Settle(TaskHead before, TaskHead after) => WebhookDelivery.Settle(before, after, isEnabled: true, Now);

    private static TaskWebhook Hook(long? delivered = null, long since = 0) =>
        new("w", RawJson.FromValid("""{"url":"https://example.com"}"""u8)) { Delivered = delivered, Since = since };

    private static TaskHead Head(long generation, params TaskWebhook[] webhooks) => new()
    {
        Tenant = "t",
        Id = "id",
        ContextId = "c",
        Owner = "o",
        Status = new TaskStatus(TaskState.Working, Now),
        Generation = generation,
        CreatedAt = Now,
        UpdatedAt = Now,
        Webhooks = webhooks,
    };
}
