using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry.Subscriptions;

/// <summary>Signs requests as the specification Standard Webhooks 1.0 has it: an HMAC of id, time and body.</summary>
internal static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimeHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string Prefix = "whsec_";
    private const int MinBytes = 24;
    private const int MaxBytes = 64;
    private const int NewBytes = 32;

    public static string NewSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(NewBytes));

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>; the error does not repeat it.</exception>
    public static void CheckSecret(string secret)
    {
        if (!IsSecret(secret))
        {
            throw RegistryException.Invalid("secret", $"must be {Prefix} and {MinBytes} to {MaxBytes} bytes in Base64");
        }
    }

    /// <summary>Whether a text can be a secret.</summary>
    public static bool IsSecret(string text)
    {
        var bytes = new byte[MaxBytes + 1];
        return text.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[Prefix.Length..], bytes, out var length)
            && length is >= MinBytes and <= MaxBytes;
    }

    /// <summary>Adds the headers to a request.</summary>
    public static void Sign(HttpRequestMessage request, string secret, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var seconds = at.ToUnixTimeSeconds();
        request.Headers.Add(IdHeader, id);
        request.Headers.Add(TimeHeader, seconds.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(SignatureHeader, Of([secret], id, seconds, body));
    }

    /// <summary>The value of the header: one signature for each secret.</summary>
    public static string Of(IEnumerable<string> secrets, string id, long unixSeconds, ReadOnlySpan<byte> body)
    {
        var before = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{unixSeconds}."));
        var signatures = new List<string>();
        foreach (var secret in secrets)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Convert.FromBase64String(secret[Prefix.Length..]));
            hmac.AppendData(before);
            hmac.AppendData(body);
            signatures.Add("v1," + Convert.ToBase64String(hmac.GetHashAndReset()));
        }

        return string.Join(' ', signatures);
    }
}
