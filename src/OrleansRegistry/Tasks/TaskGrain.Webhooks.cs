namespace OrleansRegistry.Tasks;

/// <summary>The webhooks of a task.</summary>
internal sealed partial class TaskGrain
{
    public Task<TaskWebhook> SaveWebhook(Caller caller, TaskWebhook webhook) => ThenWakePushAsync(() => ChangeAsync(
        caller,
        null,
        head =>
        {
            if (!head.Webhooks.Any(known => known.Id == webhook.Id && known.Failure is not null))
            {
                CheckOpen(head);
            }

            var isOver = head.Status.State.IsTerminal();
            var next = isOver ? head : Next(head);
            var webhooks = With(head, webhook, next.Generation);
            next = WebhookDelivery.WithNothingNew(head, next with { Webhooks = webhooks });
            return (next, isOver ? null : EventOf(next), webhooks.First(saved => saved.Id == webhook.Id));
        },
        webhook.Config.Length,
        new(
            () => new RequestFingerprint("saveWebhook").Add("config", webhook.Config),
            head => head.Webhooks.FirstOrDefault(known => known.Id == webhook.Id) ?? webhook)));

    /// <summary>
    /// The webhooks of the head of a generation, with another in the place of the one with its id; null for the same ones.
    /// </summary>
    /// <param name="before">Null for a new task.</param>
    private IReadOnlyList<TaskWebhook> With(TaskHead? before, TaskWebhook? added, long generation)
    {
        var known = before?.Webhooks ?? [];
        if (added is null)
        {
            return known;
        }

        var others = known.Where(webhook => webhook.Id != added.Id).ToList();
        return others.Count < TaskRules.MaxWebhooks
            ? [.. others.Append(WebhookDelivery.Saved(before, generation, added)).OrderBy(webhook => webhook.Id, StringComparer.Ordinal)]
            : throw new RegistryException(RegistryError.TooLarge, $"Task '{id}' has {others.Count} webhooks, as many as a task may have.", "id");
    }

    public Task DeleteWebhook(Caller caller, string webhookId) => ThenWakePushAsync(() => ChangeAsync<bool>(caller, null, head =>
    {
        List<TaskWebhook> others = [.. head.Webhooks.Where(known => known.Id != webhookId)];
        if (others.Count == head.Webhooks.Count)
        {
            return (head, null, false);
        }

        // A finished task has had its last event, but its webhooks and their secrets must remain deletable.
        var isOver = head.Status.State.IsTerminal();
        var next = (isOver ? head : Next(head)) with { Webhooks = others };
        return (WebhookDelivery.WithNothingNew(head, next), isOver ? null : EventOf(next), true);
    }, once: new(() => new RequestFingerprint("deleteWebhook").Add("id", webhookId), _ => true)));

    public Task TellPushed(IReadOnlyList<WebhookProgress> progress, DateTimeOffset? due) => writer.ChangeAsync<bool>(
        head => head is null or { Deleting: true } ? new(head, false) : new(WebhookDelivery.Told(head, progress, due), true));

    /// <summary>Lets webhooks know of what happened.</summary>
    private void TellWebhooks(TaskHead head)
    {
        if (head.Webhooks.Any(webhook => webhook.Failure is null && (webhook.Delivered is null || WebhookDelivery.IsDue(head, webhook))))
        {
            WakePush();
        }
    }

    /// <summary>Who is at it, or pauses, is to know of a webhook that was saved again or deleted.</summary>
    private async Task<T> ThenWakePushAsync<T>(Func<Task<T>> change)
    {
        var wasDue = writer.Head?.PushDue is not null;
        var result = await change();
        if (wasDue || writer.Head?.PushDue is not null)
        {
            WakePush();
        }

        return result;
    }

    private void WakePush()
    {
        if (pushOptions.Enabled)
        {
            _ = push.Get(tenant, id).Wake();
        }
    }
}
