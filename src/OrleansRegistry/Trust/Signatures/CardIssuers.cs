using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>The issuers whose signatures count, with their keys.</summary>
internal sealed class CardIssuers
{
    private readonly IssuerKeys[] all;
    private long generation;

    public CardIssuers(SignatureOptions options, CardKeySource source, [RegistryTime] TimeProvider time, ILogger<CardIssuers> log) => all =
    [
        .. options.Issuers.Select(text => CardIssuer.TryRead(text, out var issuer)
            ? new IssuerKeys(issuer, source.ReadAsync, options.Refresh, () => Interlocked.Increment(ref generation), time, log)
            : throw new SettingException("REGISTRY_CARD_ISSUERS names something else than an issuer.")),
    ];

    /// <summary>Rises whenever a signature may be judged in another way than before.</summary>
    public long Generation => Interlocked.Read(ref generation);

    public bool IsEmpty => all.Length == 0;

    /// <summary>Those that count for cards of the tenant.</summary>
#pragma warning disable IDE0060 // Issuers of each tenant are to come.
    public IReadOnlyList<IssuerKeys> Of(string tenant) => all;
#pragma warning restore IDE0060

    /// <summary>Reads the keys whose time has come.</summary>
    public Task RefreshAsync() => Task.WhenAll(all.Select(issuer => issuer.RefreshAsync()));
}
