using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>The limits of all callers, or of all tenants.</summary>
/// <param name="most">The most of them that are kept apart.</param>
internal sealed class PartyLimits<TKey>(
    LimitedBy by, PartyLimitOptions options, IServingReplicas? replicas, TimeProvider time, int most = PartyTable<TKey>.Most)
    where TKey : notnull
{
    /// <summary>Of places: nobody knows when one is free.</summary>
    private static readonly TimeSpan Shortly = TimeSpan.FromSeconds(1);

    private readonly string name = by == LimitedBy.Caller ? "caller" : "tenant";
    private readonly PartyTable<TKey> table = new(time, most);
    private Share known = new(0, default, "");

    public bool IsOn { get; } = options.IsSet;

    /// <summary>How many are kept apart.</summary>
    public int Count => table.Count;

    /// <summary>Takes a token and a place of a party, and tells the answer's headers what is left.</summary>
    /// <param name="party">Null where it has none left.</param>
    /// <returns>Why it has none; not thrown, as those that are too many are to cost little.</returns>
    public LimitException? Enter(TKey key, HttpResponse response, out Party? party)
    {
        var share = Current();
        while (true)
        {
            party = table.Find(key, share.Quota);
            if (!party.TryEnter(time, share.Quota, out var over, out var left))
            {
                continue;
            }

            if (share.Quota.HasRate)
            {
                RateHeaders.Add(response, name, share.Policy, left, share.Quota);
            }

            if (over is not { } limit)
            {
                return null;
            }

            party = null;
            return limit == LimitOn.Rate
                ? new LimitException(
                    by, limit, Text($"{options.Rate} requests a second"), TimeSpan.FromSeconds((1 - left) / share.Quota.Rate))
                : new LimitException(by, limit, Text($"{options.Concurrent} requests at once"), Shortly);
        }
    }

    /// <summary>A request of a party becomes a stream.</summary>
    /// <exception cref="LimitException">It has too many.</exception>
    public void Wait(Party party)
    {
        if (!party.TryWait(Current().Quota))
        {
            throw new LimitException(by, LimitOn.Streams, Text($"{options.Streams} streams and waiting requests at once"), Shortly);
        }
    }

    private string Text(FormattableString limit)
    {
        var part = known.Replicas > 1 ? $", of which this process has one part in {known.Replicas}" : "";
        return $"This {name} may have {limit.ToString(CultureInfo.InvariantCulture)}{part}. Try again later.";
    }

    private Share Current()
    {
        var count = Math.Max(1, replicas?.Count ?? 1);
        var share = Volatile.Read(ref known);
        if (share.Replicas != count)
        {
            var quota = PartyQuota.Of(options, count);
            share = new Share(count, quota, quota.HasRate ? quota.Policy(name) : "");
            Volatile.Write(ref known, share);
        }

        return share;
    }

    private sealed record Share(int Replicas, PartyQuota Quota, string Policy);
}
