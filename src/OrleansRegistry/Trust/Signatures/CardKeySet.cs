using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>The keys that an issuer had when it was asked.</summary>
internal sealed class CardKeySet
{
    /// <summary>Of one id: each costs a check of every form of a card.</summary>
    public const int MostOfOneId = 4;

    private const int MostKeys = 1000;

    private readonly ILookup<string, CardKey> keys;
    private readonly byte[] hash;

    private CardKeySet(IReadOnlyCollection<CardKey> keys)
    {
        this.keys = keys.ToLookup(key => key.Id, StringComparer.Ordinal);
        var all = keys.Select(key => key.Identity).Order(StringComparer.Ordinal);
        hash = SHA256.HashData([.. all.SelectMany(one => SHA256.HashData(Encoding.UTF8.GetBytes(one)))]);
    }

    public IEnumerable<string> Ids => keys.Select(key => key.Key);

    public int Count => keys.Sum(key => key.Count());

    /// <summary>Whether the other has the same keys, however the two are written.</summary>
    public bool HasSame(CardKeySet other) => hash.AsSpan().SequenceEqual(other.hash);

    /// <summary>The keys with that id; mostly one, never more than <see cref="MostOfOneId"/>.</summary>
    public IEnumerable<CardKey> Find(string keyId) => keys[keyId].Take(MostOfOneId);

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
                return new CardKeySet([.. read.Select(CardKey.Read).OfType<CardKey>()]);
            }
        }
        catch (RegistryException fault)
        {
            throw new InvalidDataException("what was read is not a JWKS", fault);
        }

        throw new InvalidDataException("what was read is not a JWKS");
    }
}
