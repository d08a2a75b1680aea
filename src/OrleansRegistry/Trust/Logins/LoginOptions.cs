namespace OrleansRegistry.Trust.Logins;

/// <summary>How users log in; the summary of each property names its setting.</summary>
public sealed record LoginOptions
{
    /// <summary>How long a session lasts (<c>REGISTRY_SESSION_SECONDS</c>).</summary>
    public TimeSpan SessionTime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often a password is hashed (PBKDF2 with HMAC-SHA512): what a guess costs.</summary>
    internal int HashIterations { get; init; } = 210_000;
}
