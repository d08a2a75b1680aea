namespace OrleansRegistry.Http;

/// <summary>
/// What a caller or tenant has under way in this process, and the requests that it may still send: a bucket of tokens that fills as time goes by.
/// Times are those of the steady clock, so that a step of the machine's clock changes nothing.
/// </summary>
internal sealed class Party(long now, double tokens)
{
    private readonly Lock gate = new();
    private double tokens = tokens;
    private long filledAt = now;
    private int running;
    private int streams;
    private bool isRetired;

    /// <summary>Takes a token and a place.</summary>
    /// <returns>False where the party was forgotten meanwhile: the request is another's.</returns>
    /// <param name="over">What there is too much of, if anything: then nothing is taken.</param>
    /// <param name="left">The tokens that are left.</param>
    public bool TryEnter(TimeProvider time, in PartyQuota quota, out LimitOn? over, out double left)
    {
        lock (gate)
        {
            over = null;
            Fill(time, quota);
            if (quota.HasRate && tokens < 1)
            {
                over = LimitOn.Rate;
            }
            else if (running >= quota.Concurrent)
            {
                over = LimitOn.Concurrent;
            }
            else if (!isRetired)
            {
                running++;
                tokens -= quota.HasRate ? 1 : 0;
            }

            left = tokens;
            return !isRetired;
        }
    }

    /// <summary>The tokens that there are.</summary>
    public double Left(TimeProvider time, in PartyQuota quota)
    {
        lock (gate)
        {
            Fill(time, quota);
            return tokens;
        }
    }

    /// <summary>Takes a token, also where there is none: what is owed is waited for, up to a whole bucket of it.</summary>
    /// <param name="before">The tokens that there were.</param>
    /// <inheritdoc cref="TryEnter"/>
    public bool TryCharge(TimeProvider time, in PartyQuota quota, out double before)
    {
        lock (gate)
        {
            Fill(time, quota);
            before = tokens;
            tokens = isRetired ? tokens : Math.Max(tokens - 1, -quota.Burst);
            return !isRetired;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave()
    {
        lock (gate)
        {
            running--;
        }
    }

    /// <summary>As if the request had not come: somebody else's limit refused it.</summary>
    public void Undo()
    {
        lock (gate)
        {
            running--;
            tokens++;
        }
    }

    /// <summary>A request becomes a stream. Its place it gives back later (<see cref="Leave"/>).</summary>
    /// <returns>False where there are too many.</returns>
    public bool TryWait(in PartyQuota quota)
    {
        lock (gate)
        {
            if (streams >= quota.Streams)
            {
                return false;
            }

            streams++;
            return true;
        }
    }

    public void EndStream()
    {
        lock (gate)
        {
            streams--;
        }
    }

    /// <summary>Forgets a party that is as a new one would be.</summary>
    public bool TryRetire(TimeProvider time, in PartyQuota quota)
    {
        lock (gate)
        {
            Fill(time, quota);
            isRetired = running == 0 && streams == 0 && (!quota.HasRate || tokens >= quota.Burst);
            return isRetired;
        }
    }

    private void Fill(TimeProvider time, in PartyQuota quota)
    {
        if (quota.HasRate)
        {
            var now = time.GetTimestamp();
            tokens = Math.Min(quota.Burst, tokens + (Math.Max(0, time.GetElapsedTime(filledAt, now).TotalSeconds) * quota.Rate));
            filledAt = Math.Max(filledAt, now);
        }
    }
}
