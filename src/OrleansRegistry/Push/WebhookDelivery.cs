namespace OrleansRegistry.Push;

/// <summary>How far the delivery to a webhook has come.</summary>
/// <param name="Since"><see cref="TaskWebhook.Since"/> of the one that this is about.</param>
/// <param name="Failure">Set where it is given up.</param>
[GenerateSerializer, Immutable, Alias("registry.WebhookProgress")]
internal sealed record WebhookProgress(
    [property: Id(0)] string Id, [property: Id(1)] long Since, [property: Id(2)] long Delivered, [property: Id(3)] WebhookFailure? Failure = null);

/// <summary>What of deliveries is in a task's head, and how it changes. Nothing of it is a change of the task: no generation, no event.</summary>
internal static class WebhookDelivery
{
    /// <summary>How long a delivery may take before upkeep looks whether anybody is at it.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    /// <summary>Whether there is something to deliver to the webhook.</summary>
    public static bool IsDue(TaskHead head, TaskWebhook webhook) =>
        webhook is { Failure: null, Delivered: { } delivered } && delivered < head.Generation;

    /// <summary>
    /// The webhook as a head is to have it, in the place of that of its id. A new one gets what comes after that head; one that is saved again goes
    /// on from where it was.
    /// </summary>
    /// <param name="before">Null for a new task.</param>
    /// <param name="generation">Of the head that is to have it.</param>
    public static TaskWebhook Saved(TaskHead? before, long generation, TaskWebhook webhook)
    {
        var known = before?.Webhooks.FirstOrDefault(known => known.Id == webhook.Id);
        return webhook with
        {
            Since = Math.Max(generation, (known?.Since ?? 0) + 1),
            Delivered = known?.Delivered is { } delivered && delivered < before!.Generation ? delivered : generation,
        };
    }

    /// <summary>A head that changed webhooks alone, which is nothing to deliver: those that had everything before have it now.</summary>
    public static TaskHead WithNothingNew(TaskHead before, TaskHead next) => next with
    {
        Webhooks = [.. next.Webhooks.Select(webhook => webhook.Delivered == before.Generation && webhook.Failure is null
            ? webhook with { Delivered = next.Generation }
            : webhook)],
    };

    /// <summary>
    /// The head to write: webhooks of a version that delivered nothing begin with this change, those that were told of the end of the task are told
    /// nothing more, and <see cref="TaskHead.PushDue"/> is set while there is something to deliver.
    /// </summary>
    public static TaskHead Settle(TaskHead before, TaskHead after, bool isEnabled, DateTimeOffset now)
    {
        if (after.Webhooks.Count == 0 && after.PushDue is null)
        {
            return after;
        }

        var isAfterEnd = before.Status.State.IsTerminal() && after.Status.State.IsTerminal();
        var webhooks = after.Webhooks;
        if (webhooks.Any(IsBehind))
        {
            webhooks = [.. webhooks.Select(webhook => IsBehind(webhook)
                ? webhook with { Delivered = isAfterEnd ? after.Generation : before.Generation }
                : webhook)];
            after = after with { Webhooks = webhooks };
        }

        var isDue = isEnabled && !after.Deleting && webhooks.Any(webhook => IsDue(after, webhook));
        if (isDue == after.PushDue is not null)
        {
            return after;
        }

        return after with { PushDue = isDue ? now + Grace : null };

        bool IsBehind(TaskWebhook webhook) =>
            webhook.Delivered is null || (isAfterEnd && webhook.Delivered == before.Generation && webhook.Delivered < after.Generation);
    }

    /// <summary>The head with what a dispatcher tells; the same head where it knows all of that.</summary>
    /// <param name="due">When upkeep is to look next; null for soon.</param>
    public static TaskHead Told(TaskHead head, IReadOnlyList<WebhookProgress> progress, DateTimeOffset? due)
    {
        var isNews = false;
        var webhooks = head.Webhooks.ToArray();
        foreach (var told in progress)
        {
            var place = Array.FindIndex(webhooks, webhook => webhook.Id == told.Id);
            if (place >= 0 && TryTake(head, ref webhooks[place], told))
            {
                isNews = true;
            }
        }

        var isDue = webhooks.Any(webhook => IsDue(head, webhook));
        return isNews || isDue != head.PushDue is not null || (isDue && due is not null && due != head.PushDue)
            ? head with { Webhooks = isNews ? webhooks : head.Webhooks, PushDue = isDue ? due : null }
            : head;
    }

    private static bool TryTake(TaskHead head, ref TaskWebhook webhook, WebhookProgress told)
    {
        var delivered = Math.Max(webhook.Delivered ?? head.Generation, Math.Min(told.Delivered, head.Generation));
        var failure = webhook.Failure ?? (told.Since == webhook.Since ? told.Failure : null);
        if (delivered == webhook.Delivered && failure == webhook.Failure)
        {
            return false;
        }

        webhook = webhook with { Delivered = delivered, Failure = failure };
        return true;
    }
}
