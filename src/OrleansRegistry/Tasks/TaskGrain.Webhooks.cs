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
            var others = head.Webhooks.Where(known => known.Id != webhook.Id).ToList();
            if (others.Count >= TaskRules.MaxWebhooks)
            {
                throw new RegistryException(RegistryError.TooLarge, $"Task '{id}' has {others.Count} webhooks, as many as a task may have.", "id");
            }

            var next = Next(head) with { Webhooks = [.. others.Append(webhook).OrderBy(known => known.Id, StringComparer.Ordinal)] };
            return (next, EventOf(next), webhook);
        },
        webhook.Config.Length,
        new(
            () => new RequestFingerprint("saveWebhook").Add("config", webhook.Config),
            head => head.Webhooks.FirstOrDefault(known => known.Id == webhook.Id) ?? webhook));

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
