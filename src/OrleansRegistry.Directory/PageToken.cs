using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry.Directory;

/// <summary>A keyset cursor: the last key of a page, bound to the query it belongs to. The same on every node.</summary>
public static class PageToken
{
    private const int BindingLength = 4;

    /// <param name="query">All that the rest of the pages depends on.</param>
    public static string Make(string lastKey, string query)
    {
        var bytes = new byte[BindingLength + Encoding.UTF8.GetByteCount(lastKey)];
        Bind(query).CopyTo(bytes, 0);
        Encoding.UTF8.GetBytes(lastKey, bytes.AsSpan(BindingLength));
        return Base64Url.EncodeToString(bytes);
    }

    /// <returns>The last key; null where there is no token.</returns>
    /// <exception cref="RegistryException">The token is not from this registry, or belongs to another query.</exception>
    public static string? Read(string? token, string query)
    {
        if (string.IsNullOrEmpty(token))
        {
            return null;
        }

        byte[] bytes;
        try
        {
            bytes = Base64Url.DecodeFromChars(token);
        }
        catch (FormatException fault)
        {
            throw new RegistryException(RegistryError.Invalid, "page_token: is not one that this registry gave", "page_token", fault);
        }

        if (bytes.Length <= BindingLength || !bytes.AsSpan(0, BindingLength).SequenceEqual(Bind(query)))
        {
            throw RegistryException.Invalid("page_token", "is not one that this registry gave for this query; leave it out to start over");
        }

        return Encoding.UTF8.GetString(bytes.AsSpan(BindingLength));
    }

    private static byte[] Bind(string query) => SHA256.HashData(Encoding.UTF8.GetBytes(query))[..BindingLength];
}
