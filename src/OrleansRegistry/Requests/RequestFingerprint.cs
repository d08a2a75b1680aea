using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry.Requests;

/// <summary>
/// A fingerprint of a request, to compare it with another: its operation and a short hash of each part that it has, as
/// <c>update state=3fJk0aPq1Zc metadata=…</c>. JSON counts by its values: white space, the order of members and the way text is escaped do not.
/// </summary>
internal sealed class RequestFingerprint(string operation)
{
    private const int HashBytes = 8;

    private readonly StringBuilder print = new(operation);

    /// <summary>Adds a part; null is no part.</summary>
    public RequestFingerprint Add(string name, string? text) => text is null ? this : Append(name, SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <inheritdoc cref="Add(string, string?)"/>
    public RequestFingerprint Add(string name, long? number) => Add(name, number?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a document; an empty one is no part.</summary>
    public RequestFingerprint Add(string name, RawJson json) => json.IsEmpty ? this : Append(name, JsonValueHash.Of(json, []));

    /// <summary>Adds documents; none is no part.</summary>
    public RequestFingerprint Add(string name, IReadOnlyCollection<RawJson> documents)
    {
        if (documents.Count == 0)
        {
            return this;
        }

        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var document in documents)
        {
            all.AppendData(JsonValueHash.Of(document, []));
        }

        return Append(name, all.GetHashAndReset());
    }

    public override string ToString() => print.ToString();

    /// <summary>The names of the parts in which two prints differ; the operation alone where they are of different ones.</summary>
    public static IReadOnlyList<string> Differences(string one, string other)
    {
        if (one == other)
        {
            return [];
        }

        var first = one.Split(' ');
        var second = other.Split(' ');
        return first[0] != second[0]
            ? [$"the operation ({first[0]})"]
            : [.. first.Except(second).Concat(second.Except(first)).Select(part => part[..part.IndexOf('=', StringComparison.Ordinal)]).Distinct()];
    }

    private RequestFingerprint Append(string name, byte[] hash)
    {
        print.Append(' ').Append(name).Append('=').Append(System.Buffers.Text.Base64Url.EncodeToString(hash.AsSpan(0, HashBytes)));
        return this;
    }
}
