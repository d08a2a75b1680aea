namespace OrleansRegistry.Tasks;

/// <summary>The webhooks of a task.</summary>
internal sealed partial class TaskGrain
{
    public Task<TaskWebhook> SaveWebhook(Caller caller, TaskWebhook webhook) => ChangeAsync(
        caller,
        null,
        head =>
        {
            CheckOpen(head);
            var next = Next(head) with { Webhooks = With(head.Webhooks, webhook) };
            return (next, EventOf(next), webhook);
        },
        webhook.Config.Length,
        new(
            () => new RequestFingerprint("saveWebhook").Add("config", webhook.Config),
            head => head.Webhooks.FirstOrDefault(known => known.Id == webhook.Id) ?? webhook));

    /// <summary>The webhooks with another, in the place of the one with its id; null for the same.</summary>
    private IReadOnlyList<TaskWebhook> With(IReadOnlyList<TaskWebhook> webhooks, TaskWebhook? added)
    {
        if (added is null)
        {
            return webhooks;
        }

        var others = webhooks.Where(known => known.Id != added.Id).ToList();
        return others.Count < TaskRules.MaxWebhooks
            ? [.. others.Append(added).OrderBy(known => known.Id, StringComparer.Ordinal)]
            : throw new RegistryException(RegistryError.TooLarge, $"Task '{id}' has {others.Count} webhooks, as many as a task may have.", "id");
    }

    public Task DeleteWebhook(Caller caller, string webhookId) => ChangeAsync<bool>(caller, null, head =>
    {
        List<TaskWebhook> others = [.. head.Webhooks.Where(known => known.Id != webhookId)];
        if (others.Count == head.Webhooks.Count)
        {
            return (head, null, false);
        }

        // A finished task has had its last event, but its webhooks and their secrets must remain deletable.
        var next = (head.Status.State.IsTerminal() ? head : Next(head)) with { Webhooks = others };
        return (next, head.Status.State.IsTerminal() ? null : EventOf(next), true);
    }, once: new(() => new RequestFingerprint("deleteWebhook").Add("id", webhookId), _ => true));
}
