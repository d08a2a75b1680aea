using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>The keys that an issuer had when it was asked.</summary>
internal sealed class CardKeySet
{
    private const int MostKeys = 1000;

    private readonly ILookup<string, CardKey> keys;

    private CardKeySet(string text, IEnumerable<CardKey> keys)
    {
        Text = text;
        this.keys = keys.ToLookup(key => key.Id, StringComparer.Ordinal);
    }

    /// <summary>What was read.</summary>
    public string Text { get; }

    public IEnumerable<string> Ids => keys.Select(key => key.Key);

    public int Count => keys.Sum(key => key.Count());

    /// <summary>The keys with that id; mostly one.</summary>
    public IEnumerable<CardKey> Find(string keyId) => keys[keyId];

    /// <param name="text">A JWKS. One without keys, or with none that is used here, is one too: its issuer has withdrawn all.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static CardKeySet Read(string text)
    {
        try
        {
            using var document = JsonInput.Parse(Encoding.UTF8.GetBytes(text), "JWKS");
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("keys", out var list) && list.ValueKind == JsonValueKind.Array)
            {
                var read = list.EnumerateArray().Take(MostKeys).Where(key => key.ValueKind == JsonValueKind.Object);
                return new CardKeySet(text, [.. read.Select(CardKey.Read).OfType<CardKey>()]);
            }
        }
        catch (RegistryException fault)
        {
            throw new InvalidDataException("what was read is not a JWKS", fault);
        }

        throw new InvalidDataException("what was read is not a JWKS");
    }
}
