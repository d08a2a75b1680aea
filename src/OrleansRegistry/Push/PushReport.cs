using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Push;

/// <summary>
/// How far the deliveries of one task are, and the telling of it: at most once a second, and at once where a webhook is given up, where upkeep is to
/// be put off, and at the end of all. Used by one grain alone.
/// </summary>
/// <param name="begin">Called where there is news: has <see cref="TellAllAsync"/> run.</param>
internal sealed partial class PushReport(
    PushSource source, string tenant, string id, TimeProvider time, ILogger log, Action begin, CancellationToken stopping)
{
    private const int Tries = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, WebhookProgress> news = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> known = new(StringComparer.Ordinal);
    private TaskCompletionSource urgent = New();
    private DateTimeOffset? due;

    /// <summary>Whether there is something that the task was not told.</summary>
    public bool HasNews => news.Count > 0 || due is not null;

    /// <summary>Up to which generation a webhook has everything, as far as this activation knows; 0 where it does not.</summary>
    public long DeliveredTo(string webhook) => known.GetValueOrDefault(webhook);

    public void Delivered(TaskWebhook webhook, long generation)
    {
        known[webhook.Id] = generation;
        news[webhook.Id] = new WebhookProgress(webhook.Id, webhook.Since, generation);
        begin();
    }

    public void GaveUp(TaskWebhook webhook, long generation, WebhookFailure failure)
    {
        news[webhook.Id] = new WebhookProgress(webhook.Id, webhook.Since, generation, failure);
        Hurry();
        begin();
    }

    /// <summary>Nobody need look before this time.</summary>
    public void PutOff(DateTimeOffset until)
    {
        due = due > until ? due : until;
        Hurry();
        begin();
    }

    public void Hurry() => urgent.TrySetResult();

    /// <summary>Forgets webhooks that are gone.</summary>
    public void Keep(TaskHead? head)
    {
        foreach (var webhook in known.Keys.Except(head?.Webhooks.Select(webhook => webhook.Id) ?? [], StringComparer.Ordinal).ToList())
        {
            known.Remove(webhook);
            news.Remove(webhook);
        }
    }

    /// <summary>Tells the task all there is. Does not throw: what could not be told is told with the next news, or delivered again.</summary>
    public async Task TellAllAsync()
    {
        for (var failed = 0; HasNews;)
        {
            await urgent.Task.WaitAsync(Pause * (failed + 1), time, stopping)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            urgent = New();
            WebhookProgress[] told = [.. news.Values];
            var until = due;
            news.Clear();
            due = null;
            try
            {
                await source.TellAsync(tenant, id, told, until);
                failed = 0;
            }
#pragma warning disable CA1031 // Whatever it is, the task can be told later.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                foreach (var one in told)
                {
                    news.TryAdd(one.Id, one);
                }

                LogUntold(fault, LogText.Id(id), tenant);
                if (++failed == Tries || stopping.IsCancellationRequested)
                {
                    return;
                }
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(LogLevel.Debug, "Task '{Id}' of tenant '{Tenant}' could not be told how far its notifications are. It is tried again.")]
    private partial void LogUntold(Exception fault, string id, string tenant);
}
