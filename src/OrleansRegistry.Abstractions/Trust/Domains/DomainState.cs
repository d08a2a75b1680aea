namespace OrleansRegistry;

/// <summary>How far the proof of a domain is. The names are sent: never change one.</summary>
public enum DomainState : byte
{
    /// <summary>The token was given, and not found yet.</summary>
    Pending = 1,

    /// <summary>It was found, and again whenever it was looked for since.</summary>
    Verified = 2,

    /// <summary>It was found, but not when it was last looked for. The domain counts as proved for a while yet.</summary>
    Failing = 3,

    /// <summary>It was not found in time, or is gone for too long: begin again.</summary>
    Expired = 4,
}

/// <summary>Where a token was found. The names are stored: never reuse one.</summary>
public enum DomainMethod : byte
{
    /// <summary>In a TXT record of DNS.</summary>
    Dns = 1,

    /// <summary>In a file that the domain serves over https.</summary>
    File = 2,
}

/// <summary>Names of <see cref="DomainState"/> and <see cref="DomainMethod"/>.</summary>
public static class DomainNames
{
    private static readonly EnumNames<DomainState> States = new(
        (DomainState.Pending, "pending"), (DomainState.Verified, "verified"), (DomainState.Failing, "failing"), (DomainState.Expired, "expired"));

    private static readonly EnumNames<DomainMethod> Methods = new((DomainMethod.Dns, "dns"), (DomainMethod.File, "file"));

    /// <summary>The name in documents, such as <c>verified</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this DomainState state) => States.Of(state);

    /// <inheritdoc cref="ToName(DomainState)"/>
    public static string ToName(this DomainMethod method) => Methods.Of(method);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static DomainState? TryParseState(string? name) => States.TryParse(name);

    /// <inheritdoc cref="TryParseState"/>
    public static DomainMethod? TryParseMethod(string? name) => Methods.TryParse(name);
}
