using Microsoft.Extensions.Options;

namespace OrleansRegistry.A2A.Cards;

/// <summary>The registry's key, where it has one.</summary>
internal sealed class CardSigning(IOptions<RegistryA2AOptions> options) : IDisposable
{
    /// <summary>Null: cards are not signed.</summary>
    public CardSigner? Signer { get; } = Load(options.Value);

    public void Dispose() => Signer?.Dispose();

    /// <summary>What is wrong with the key; null for nothing.</summary>
    public static string? FaultOf(RegistryA2AOptions options)
    {
        try
        {
            Load(options)?.Dispose();
            return null;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            var why = fault is InvalidDataException ? fault.Message : "the file cannot be read";
            return $"CardKeyFile ({RegistryA2ASettings.CardKeyFile}): {why}";
        }
    }

    private static CardSigner? Load(RegistryA2AOptions options) =>
        options.CardKeyFile is { } file ? CardSigner.FromPem(File.ReadAllText(file)) : null;
}
