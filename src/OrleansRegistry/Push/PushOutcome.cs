namespace OrleansRegistry.Push;

/// <summary>How the delivery of a notification ended.</summary>
internal enum PushResult
{
    /// <summary>It was answered with a 2xx status.</summary>
    Delivered,

    /// <summary>It was answered with another status.</summary>
    Refused,

    /// <summary>It was not answered in time.</summary>
    TimedOut,

    /// <summary>The receiver could not be reached, or did not answer as HTTP has it.</summary>
    Failed,

    /// <summary>The receiver is where notifications are not sent, or the configuration names none.</summary>
    Blocked,
}

/// <param name="Reason">What its owner may know of a failure: it names no address and no secret.</param>
/// <param name="IsFinal">Trying again is of no use.</param>
internal readonly record struct PushOutcome(PushResult Result, string Reason = "", bool IsFinal = false)
{
    public bool IsDelivered => Result == PushResult.Delivered;
}
