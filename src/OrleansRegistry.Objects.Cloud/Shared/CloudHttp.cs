using System.Net;

namespace OrleansRegistry.Objects.Cloud;

/// <summary>The connections to a cloud.</summary>
internal static class CloudHttp
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A new name of the host in the name service is followed after this time.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>A handler for one client.</summary>
    public static HttpMessageHandler NewHandler() => new SocketsHttpHandler
    {
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = ConnectionLifetime,
        AutomaticDecompression = DecompressionMethods.None,
        AllowAutoRedirect = false,
        UseCookies = false,
    };
}
