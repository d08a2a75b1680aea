namespace OrleansRegistry.Client;

/// <summary>The URL of a registry.</summary>
internal static class RegistryAddress
{
    /// <summary>The URL with a slash at its end, so that paths go below it.</summary>
    /// <exception cref="ArgumentException">It is not the URL of a registry.</exception>
    public static Uri Check(Uri url)
    {
        if (!IsAddress(url))
        {
            throw Wrong(url.OriginalString);
        }

        return url.AbsolutePath.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");
    }

    public static bool IsAddress(Uri url) =>
        url.IsAbsoluteUri && url.Scheme is "http" or "https" && url is { UserInfo: "", Query: "", Fragment: "" };

    public static ArgumentException Wrong(string address) => new(
        $"The registry's address must be a URL as http://127.0.0.1:8080, without user, query and fragment, not '{address}'.", nameof(address));
}
