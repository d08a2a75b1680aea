namespace OrleansRegistry.Trust.Logins;

/// <summary>How often in a row wrong passwords came for a name, which need not be a user's.</summary>
internal sealed record WrongPasswords(int Count, DateTimeOffset LastAt)
{
    public static TrustType<WrongPasswords> Type { get; } = new(
        "wrongpasswords",
        static (json, wrong) =>
        {
            json.WriteNumber("count"u8, wrong.Count);
            json.WriteString("last_at"u8, wrong.LastAt);
        },
        static wrong => new WrongPasswords((int)wrong.Number("count"), wrong.Time("last_at")));

    /// <summary>So many lock nothing.</summary>
    private const int Free = 4;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);

    /// <summary>Without another one for so long they are forgotten.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    /// <summary>The wait doubles with each.</summary>
    public DateTimeOffset LockedUntil
    {
        get
        {
            var wait = Count <= Free ? TimeSpan.Zero : FirstWait * Math.Pow(2, Math.Min(Count - Free - 1, 20));
            return LastAt + (wait < LongestWait ? wait : LongestWait);
        }
    }

    public bool IsOver(DateTimeOffset now) => now - LastAt > Memory;

    public static WrongPasswords Next(WrongPasswords? before, DateTimeOffset now) =>
        new(before is null || before.IsOver(now) ? 1 : Math.Min(before.Count, int.MaxValue - 1) + 1, now);
}
