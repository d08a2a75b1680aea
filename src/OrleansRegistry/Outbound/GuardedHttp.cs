using System.Net;
using System.Net.Sockets;

namespace OrleansRegistry.Outbound;

/// <summary>
/// Makes HTTP clients for URLs that somebody else chose. They connect only to addresses that <see cref="OutboundAddresses"/> allows, checked after
/// the name is resolved, and to the very address that was checked; they follow no redirect, and use no proxy, cookie or credential of this machine.
/// </summary>
internal static class GuardedHttp
{
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ConnectionIdle = TimeSpan.FromSeconds(30);

    /// <param name="connections">The most to one host.</param>
    /// <param name="connectTimeout">For resolving the name and connecting.</param>
    /// <param name="resolve">Finds the addresses of a host name; null for the system's resolver.</param>
    /// <returns>A client without a time-out of its own: each request brings one.</returns>
    public static HttpClient Create(
        OutboundAddresses addresses,
        int connections,
        TimeSpan connectTimeout,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) =>
        new(Handler(addresses, connections, connectTimeout, resolve)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>What such a client is made on.</summary>
    public static SocketsHttpHandler Handler(
        OutboundAddresses addresses,
        int connections,
        TimeSpan connectTimeout,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        resolve ??= Dns.GetHostAddressesAsync;
        return new SocketsHttpHandler
        {
            ConnectCallback = (context, token) => ConnectAsync(context.DnsEndPoint, addresses, resolve, token),
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = connectTimeout,
            MaxConnectionsPerServer = connections,

            // A name that leads elsewhere by now is resolved and checked again.
            PooledConnectionLifetime = ConnectionLife,
            PooledConnectionIdleTimeout = ConnectionIdle,

            // In KiB. A body that nobody reads is drained up to so much, or the connection is closed.
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 64 * 1024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        };
    }

    private static async ValueTask<Stream> ConnectAsync(
        DnsEndPoint endpoint,
        OutboundAddresses addresses,
        Func<string, CancellationToken, Task<IPAddress[]>> resolve,
        CancellationToken cancellationToken)
    {
        var found = IPAddress.TryParse(endpoint.Host, out var literal) ? [literal] : await resolve(endpoint.Host, cancellationToken);
        var allowed = Array.FindAll(found, addresses.Allows);
        if (allowed.Length == 0)
        {
            throw found.Length == 0
                ? new SocketException((int)SocketError.HostNotFound)
                : new AddressRefusedException(endpoint.Host);
        }

        SocketException? last = null;
        foreach (var address in allowed)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, endpoint.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException fault)
            {
                socket.Dispose();
                last = fault;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last!;
    }
}

/// <summary>All addresses of a host are such that <see cref="OutboundAddresses"/> does not allow.</summary>
internal sealed class AddressRefusedException(string host) : IOException($"'{host}' is at an address that is not public.")
{
    /// <summary>Whether it is the fault, or what caused it.</summary>
    public static bool IsIn(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            if (fault is AddressRefusedException)
            {
                return true;
            }
        }

        return false;
    }
}
