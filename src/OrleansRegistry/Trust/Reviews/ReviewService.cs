using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Trust.Reviews;

/// <summary>Does what is due of reviews: approvals that were cut short, notices, and the end of those that are kept long enough.</summary>
internal sealed class ReviewService(
    AgentReviews decisions, ReviewStore reviews, ReviewNotices notices, IRecordStore store, UnreadableRecords faulty, BackgroundLoops loops,
    [RegistryTime] TimeProvider time) : BackgroundService
{
    private const int PageSize = 100;
    private const int AtOnce = 16;

    private static readonly TimeSpan Often = TimeSpan.FromSeconds(5);

    /// <summary>Does what is due now, and ends with the last.</summary>
    public async Task RunDueAsync(CancellationToken cancellationToken)
    {
        var query = new RecordQuery(ReviewKind.Kind, Tenant: null) { OldestFirst = true }.And(ReviewKind.DueAt.IsBefore(time.GetUtcNow()));
        RecordPosition? after = null;
        while (true)
        {
            var page = await store.QueryAsync(query, after, PageSize, cancellationToken);
            await Parallel.ForEachAsync(
                page,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (listed, token) => await RunAsync(listed.Record, token));
            if (page.Count < PageSize)
            {
                return;
            }

            after = page[^1].Position;
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loops.RunAsync(
        "what is due of reviews",
        async cancellationToken =>
        {
            await RunDueAsync(cancellationToken);
            await notices.WaitAsync(Often, cancellationToken);
        },
        stoppingToken);

    private async Task RunAsync(StoredRecord record, CancellationToken cancellationToken)
    {
        if (faulty.TryRead(ReviewKind.Kind, record, ReviewKind.Read) is not { } review)
        {
            return;
        }

        if (review is { State: ReviewState.Approved, IsApplied: false })
        {
            try
            {
                await decisions.ApplyAsync(record.Key, review, cancellationToken);
            }
            catch (RegistryException)
            {
                // It waits again, or is due still.
            }
        }
        else if (review.Notices.Count > 0)
        {
            await notices.SendAsync(record.Key, review, cancellationToken);
        }
        else if (notices.IsOver(review))
        {
            await reviews.ChangeAsync(record.Key, now => now is not null && notices.IsOver(now) ? null : now, cancellationToken);
        }
    }
}

/// <summary>Registers reviews, where there is a directory.</summary>
internal static class ReviewServices
{
    public static void AddReviews(this IServiceCollection services, ReviewOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<ReviewPolicies>();
        services.AddSingleton<PolicyHook>();
        services.AddSingleton<ReviewStore>();
        services.AddSingleton<ReviewNotices>();
        services.AddSingleton<ReviewDemands>();
        services.AddSingleton<ReviewGate>();
        services.AddGuarded<IAgentReviews, AgentReviews, GuardedReviews>();
        services.AddHostedService<ReviewService>();
    }
}
