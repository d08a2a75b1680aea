using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Trust.Reviews;

/// <summary>
/// Tells the webhooks of policies what becomes of reviews, signed as Standard Webhooks has it. What is to be told still is in the review's own record, so it is
/// told at least once, whichever process ends.
/// </summary>
internal sealed partial class ReviewNotices(
    ReviewPolicies policies,
    ReviewStore reviews,
    WebhookClient client,
    PushOptions options,
    [RegistryTime] TimeProvider time,
    ILogger<ReviewNotices> log) : IDisposable
{
    private const int Most = 8;

    /// <summary>Until then another process leaves it to the one that is at it.</summary>
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(20);

    /// <summary>How long a review is kept after it was decided.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>A timer may come a little early.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(2);

    private static readonly MediaTypeHeaderValue Json = new("application/json") { CharSet = "utf-8" };

    private readonly SemaphoreSlim news = new(0, 1);

    /// <summary>The shortest pause of those that failed since it was last waited, in ticks.</summary>
    private long shortest = long.MaxValue;

    /// <summary>There may be something to be told.</summary>
    public void Tell()
    {
        try
        {
            news.Release();
        }
        catch (Exception known) when (known is SemaphoreFullException or ObjectDisposedException)
        {
            // It is known, or nobody asks any more.
        }
    }

    /// <summary>Waits until there may be something, or the time is over.</summary>
    public Task WaitAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromTicks(Interlocked.Exchange(ref shortest, long.MaxValue));
        return news.WaitAsync(pause < most ? pause + Margin : most, cancellationToken);
    }

    public void Dispose() => news.Dispose();

    /// <summary>The review with what is to be told of the state that it has, and with the time when it is next looked at.</summary>
    public StoredReview With(StoredReview review, string tenant, string agentId)
    {
        var isTold = options.Enabled && policies.Of(tenant).Policy.WebhookUrl is not null;
        IReadOnlyList<ReviewNotice> due = isTold ? [.. review.Notices.TakeLast(Most - 1), Notice(review, tenant, agentId)] : [];
        return Timed(review with { Notices = due, Attempts = 0 });
    }

    /// <summary>The review with the time when it is next looked at.</summary>
    public StoredReview Timed(StoredReview review) => review with
    {
        DueAt = review.Notices.Count > 0 ? time.GetUtcMilliseconds() : review.DecidedAt + Kept,
    };

    /// <summary>Whether a decided review has been kept long enough.</summary>
    public bool IsOver(StoredReview review) => !review.IsPending && review.Notices.Count == 0 && review.DecidedAt + Kept <= time.GetUtcNow();

    /// <summary>Sends the first notice of a review, where another process is not at it.</summary>
    public async Task SendAsync(RecordKey key, StoredReview seen, CancellationToken cancellationToken)
    {
        var notice = seen.Notices[0];
        var isMine = false;
        await reviews.ChangeAsync(
            key,
            now =>
            {
                isMine = now is not null && now.DueAt == seen.DueAt && now.Notices is [var first, ..] && first.Id == notice.Id;
                return isMine ? now! with { DueAt = time.GetUtcMilliseconds() + Claim } : now;
            },
            cancellationToken);
        if (!isMine)
        {
            return;
        }

        var policy = policies.Of(key.Tenant);
        PushOutcome outcome;
        try
        {
            outcome = policy.Policy.WebhookUrl is { } url
                ? await PostAsync(new Uri(url), policy.Secret, notice, cancellationToken)
                : new PushOutcome(PushResult.Blocked, "The policy names no webhook any more.", IsFinal: true);
        }
        catch (OperationCanceledException)
        {
            // Another process need not wait.
            await reviews.ChangeAsync(
                key, now => now?.Notices is [var first, ..] && first.Id == notice.Id ? Timed(now) : now, CancellationToken.None);
            throw;
        }

        await reviews.ChangeAsync(key, now => After(now, notice, outcome), CancellationToken.None);
        if (outcome.IsDelivered)
        {
            Tell();
        }
    }

    private Task<PushOutcome> PostAsync(Uri url, string? secret, ReviewNotice notice, CancellationToken cancellationToken)
    {
        return client.SendAsync(url, Make, traceParent: null, cancellationToken);

        HttpRequestMessage Make()
        {
            var request = WebhookClient.Post(url, notice.Body.Utf8, Json);
            if (secret is not null)
            {
                WebhookSignature.Sign(request, secret, notice.Id, time.GetUtcNow(), notice.Body.Span);
            }

            return request;
        }
    }

    private StoredReview? After(StoredReview? review, ReviewNotice notice, PushOutcome outcome)
    {
        if (review is null || review.Notices.All(due => due.Id != notice.Id))
        {
            return review;
        }

        var failed = review.Attempts + 1;
        if (!outcome.IsDelivered && !outcome.IsFinal && failed < options.MaxAttempts)
        {
            var pause = options.PauseAfter(failed);
            Shorten(pause);
            return review with { Attempts = failed, DueAt = time.GetUtcMilliseconds() + pause };
        }

        if (!outcome.IsDelivered)
        {
            LogGivenUp(notice.Id, outcome.Reason);
        }

        return Timed(review with { Notices = [.. review.Notices.Where(due => due.Id != notice.Id)], Attempts = 0 });
    }

    private void Shorten(TimeSpan pause)
    {
        var known = Volatile.Read(ref shortest);
        while (pause.Ticks < known)
        {
            known = Interlocked.CompareExchange(ref shortest, pause.Ticks, known) is var found && found == known ? pause.Ticks : found;
        }
    }

    private ReviewNotice Notice(StoredReview review, string tenant, string agentId)
    {
        var what = review.IsPending ? "requested" : review.State.ToName();
        var body = FieldsWriter.Write((review, tenant, agentId, what, at: time.GetUtcMilliseconds()), static (json, told) =>
        {
            json.WriteString("type"u8, $"review.{told.what}");
            json.WriteString("timestamp"u8, told.at);
            json.WriteStartObject("data"u8);
            json.WriteString("tenant"u8, told.tenant);
            json.WriteString("agent_id"u8, told.agentId);
            json.WriteString("review_id"u8, told.review.Id);
            json.WriteString("change"u8, told.review.Base is null ? "new"u8 : "card"u8);
            json.WriteString("state"u8, told.review.State.ToName());
            json.WriteString("requested_by"u8, told.review.RequestedBy);
            json.WriteString("requested_at"u8, told.review.RequestedAt);
            if (told.review.DecidedAt is { } decided)
            {
                json.WriteString("decided_by"u8, told.review.DecidedBy);
                json.WriteString("decided_at"u8, decided);
            }

            json.WriteGiven("reason", told.review.Reason);
            json.WriteEndObject();
        });
        return new ReviewNotice($"{review.Id}.{what}", body);
    }

    [LoggerMessage(LogLevel.Warning, "The webhook of a policy was not told of {Notice}, and is not any more: {Reason}")]
    private partial void LogGivenUp(string notice, string reason);
}
