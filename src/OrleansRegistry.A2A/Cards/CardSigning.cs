using System.Text;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.A2A.Cards;

/// <summary>The registry's key, where it has one, and those that are published beside it while one takes the place of another.</summary>
internal sealed class CardSigning(IOptions<RegistryA2AOptions> options) : IOwnCardSigner, IDisposable
{
    /// <summary>Null: cards are not signed.</summary>
    public CardSigner? Signer { get; } = Load(options.Value);

    public string? KeyId => Signer?.KeyId;

    /// <summary>The JWKS with the public keys, that which signs first; empty where none does.</summary>
    public ReadOnlyMemory<byte> KeySet { get; } = ReadKeySet(options.Value);

    public ReadOnlyMemory<byte> Sign(ReadOnlyMemory<byte> card, string keySetUrl) =>
        (Signer ?? throw new InvalidOperationException("There is no key.")).Sign(card, keySetUrl);

    public string SignDetached(ReadOnlyMemory<byte> payload, string type, string keySetUrl) =>
        (Signer ?? throw new InvalidOperationException("There is no key.")).SignDetached(payload, type, keySetUrl);

    public void Dispose() => Signer?.Dispose();

    /// <summary>What is wrong with the key; null for nothing.</summary>
    public static string? FaultOf(RegistryA2AOptions options)
    {
        if (options is { CardKeyFile: null, OtherCardKeyFiles.Count: > 0 })
        {
            return $"OtherCardKeyFiles ({RegistryA2ASettings.OtherCardKeyFiles}): there is no {RegistryA2ASettings.CardKeyFile} beside them";
        }

        return FaultOf($"CardKeyFile ({RegistryA2ASettings.CardKeyFile})", () => Load(options)?.Dispose())
            ?? FaultOf($"OtherCardKeyFiles ({RegistryA2ASettings.OtherCardKeyFiles})", () => ReadKeySet(options));
    }

    private static string? FaultOf(string what, Action load)
    {
        try
        {
            load();
            return null;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"{what}: {(fault is InvalidDataException ? fault.Message : "the file cannot be read")}";
        }
    }

    private static ReadOnlyMemory<byte> ReadKeySet(RegistryA2AOptions options)
    {
        if (options.CardKeyFile is not { } own)
        {
            return default;
        }

        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in (string[])[own, .. options.OtherCardKeyFiles])
        {
            using var key = CardSigner.FromPem(File.ReadAllText(file), isPublished: true);
            keys.TryAdd(key.KeyId, key.PublicKey);
        }

        return Encoding.UTF8.GetBytes($$"""{"keys":[{{string.Join(',', keys.Values)}}]}""");
    }

    private static CardSigner? Load(RegistryA2AOptions options) =>
        options.CardKeyFile is { } file ? CardSigner.FromPem(File.ReadAllText(file)) : null;
}
