using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry;

/// <summary>
/// Hashes a JSON document by its values: white space, the order of members and the way text is escaped do not count; the spelling of numbers does.
/// </summary>
internal static class JsonValueHash
{
    /// <param name="json">One valid document.</param>
    /// <param name="without">Members of the outermost object that do not count.</param>
    /// <returns>A SHA-256.</returns>
    public static byte[] Of(RawJson json, ReadOnlySpan<string> without)
    {
        using var document = JsonDocument.Parse(json.Utf8, JsonInput.Stored);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, document.RootElement, without);
        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, JsonElement value, ReadOnlySpan<string> without)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                AppendMembers(hash, value, without);
                break;
            case JsonValueKind.Array:
                hash.AppendData("["u8);
                foreach (var item in value.EnumerateArray())
                {
                    Append(hash, item, []);
                }

                hash.AppendData("]"u8);
                break;
            case JsonValueKind.String:
                Append(hash, value.GetString()!);
                break;
            default:
                hash.AppendData(JsonMarshal.GetRawUtf8Value(value));
                hash.AppendData(","u8);
                break;
        }
    }

    private static void AppendMembers(IncrementalHash hash, JsonElement value, ReadOnlySpan<string> without)
    {
        hash.AppendData("{"u8);
        var members = value.EnumerateObject().ToList();
        members.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        foreach (var member in members)
        {
            if (!without.Contains(member.Name))
            {
                Append(hash, member.Name);
                Append(hash, member.Value, []);
            }
        }

        hash.AppendData("}"u8);
    }

    /// <summary>With its length, so that no text can pass for another that goes on.</summary>
    private static void Append(IncrementalHash hash, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        hash.AppendData(Encoding.UTF8.GetBytes($"\"{utf8.Length}:"));
        hash.AppendData(utf8);
    }
}
