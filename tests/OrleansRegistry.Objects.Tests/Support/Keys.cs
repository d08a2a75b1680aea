using System.Security.Cryptography;
using System.Text;
using OrleansRegistry.Objects.Encryption;

namespace OrleansRegistry.Objects.Tests.Support;

internal static class Keys
{
    /// <summary>A key as it stands in a setting.</summary>
    public static string Text(string name) => Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(name)));

    public static ObjectKeys Of(params string[] names)
    {
        Assert.True(ObjectKeys.TryParse(string.Join(',', names.Select(Text)), out var keys));
        return keys;
    }
}
