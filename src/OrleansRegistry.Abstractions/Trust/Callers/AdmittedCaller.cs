namespace OrleansRegistry;

/// <summary>A feature of a request whose credential was found good.</summary>
/// <param name="endsAt">When the credential counts no longer.</param>
/// <param name="ended">Cancelled once it counts no longer before that, as it was taken back or changed.</param>
internal sealed class AdmittedCaller(Caller caller, DateTimeOffset endsAt, CancellationToken ended = default)
{
    public Caller Caller => caller;

    /// <summary>The roles that its permissions are from; null where they are not told.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    public DateTimeOffset EndsAt => endsAt;

    public CancellationToken Ended => ended;
}
