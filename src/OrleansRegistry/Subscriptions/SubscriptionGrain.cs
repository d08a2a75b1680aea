using Orleans.Concurrency;

namespace OrleansRegistry.Subscriptions;

[GrainType("registry.subscription"), Reentrant]
internal sealed class SubscriptionGrain : Grain, ISubscriptionGrain
{
    /// <summary>For how long a process delivers after it asked last.</summary>
    public static readonly TimeSpan ClaimLife = TimeSpan.FromSeconds(15);

    /// <summary>How long requests are signed with the secret before too.</summary>
    private static readonly TimeSpan SecretOverlap = TimeSpan.FromDays(1);

    private readonly HeadWriter<SubscriptionHead> writer;
    private readonly HeadStorage storage;
    private readonly TimeProvider time;
    private string? holder;
    private DateTimeOffset heldUntil;

    public SubscriptionGrain(HeadStorage storage, [RegistryTime] TimeProvider time)
    {
        this.storage = storage;
        this.time = time;
        writer = new HeadWriter<SubscriptionHead>(storage, SubscriptionKind.StateName, GrainContext.GrainId, DeactivateOnIdle);
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await writer.StartAsync();

        // Whoever delivered under the activation before says so within that time.
        if (writer.Unreadable is null && writer.Head is not null && storage.IsShared)
        {
            heldUntil = time.GetUtcNow() + ClaimLife;
        }
    }

    public Task<SubscriptionHead?> Get(Caller caller) =>
        Task.FromResult(writer.Head is { } head && Access.MayRead(caller, head.Owner) ? head : null);

    public Task<SubscriptionWritten> Save(Caller caller, SubscriptionPut put) => writer.ChangeAsync<SubscriptionWritten>(before =>
    {
        if (before is not null && !Access.MayWrite(caller, before.Owner))
        {
            throw NotFound();
        }

        if (put.IsOnce && before is not null)
        {
            return IsSame(before, put)
                ? new(before, new SubscriptionWritten(before, Created: false))
                : throw new RegistryException(
                    RegistryError.KeyReused,
                    $"{Identifiers.KeyField}: this key was sent with another subscription, or this one was changed since. Take a new one.",
                    Identifiers.KeyField);
        }

        var now = time.GetUtcMilliseconds();
        var secret = put.Secret ?? before?.Secret ?? put.NewSecret;
        var isNewSecret = before is not null && secret != before.Secret;
        var head = new SubscriptionHead
        {
            Owner = before?.Owner ?? caller.Subject,
            Url = put.Url,
            Query = put.Query,
            Secret = secret,
            SecretBefore = isNewSecret ? before!.Secret : before?.SecretBefore,
            SecretBeforeUntil = isNewSecret ? now + SecretOverlap : before?.SecretBeforeUntil,
            Batch = put.Batch ?? before?.Batch ?? false,
            CreatedAt = before?.CreatedAt ?? now,
            UpdatedAt = now,
            Saves = Math.Max((before?.Saves ?? 0) + 1, now.ToUnixTimeMilliseconds()),
            Delivered = put.Since is null ? null : before is null ? put.Since : before.Delivered,
            Unknown = before?.Unknown ?? default,
        };
        return new(head, new SubscriptionWritten(head, before is null));
    });

    public async Task Delete(Caller caller)
    {
        if (writer.Unreadable is { } unreadable)
        {
            await (Access.MayRemove(caller, unreadable) ? writer.RemoveUnreadableAsync() : throw NotFound());
            return;
        }

        await writer.ChangeAsync<bool>(
            before => before is not null && Access.MayWrite(caller, before.Owner) ? new(null, true) : throw NotFound());
        DeactivateOnIdle();
    }

    public Task<SubscriptionHead?> Claim(string node, bool holds)
    {
        var now = time.GetUtcNow();
        if (writer.Head is not { Failure: null } head || !(holder == node || (holder is null && holds) || now >= heldUntil))
        {
            return Task.FromResult<SubscriptionHead?>(null);
        }

        (holder, heldUntil) = (node, now + ClaimLife);
        return Task.FromResult<SubscriptionHead?>(head);
    }

    public Task<bool> Tell(string node, SubscriptionProgress progress) =>
        holder == node ? writer.ChangeAsync<bool>(before => Told(before, progress)) : Task.FromResult(false);

    public Task Leave(string node)
    {
        if (holder == node)
        {
            (holder, heldUntil) = (null, default);
        }

        return Task.CompletedTask;
    }

    private static Changed<SubscriptionHead, bool> Told(SubscriptionHead? before, SubscriptionProgress progress)
    {
        if (before?.Saves == progress.Saves)
        {
            return new(before with { Delivered = progress.Delivered, Failure = progress.Failure }, true);
        }

        // Of the subscription as it was before it was saved again: it goes on from there, unless it is to begin anew.
        return before?.Delivered < progress.Delivered
            ? new(before with { Delivered = progress.Delivered }, false)
            : new(before, false);
    }

    private static bool IsSame(SubscriptionHead before, SubscriptionPut put) =>
        before.Url == put.Url
        && before.Query == put.Query
        && before.Batch == (put.Batch ?? false)
        && (put.Secret is null || put.Secret == before.Secret);

    private static RegistryException NotFound() => new(RegistryError.NotFound, "Subscription not found", "subscription_id");
}
