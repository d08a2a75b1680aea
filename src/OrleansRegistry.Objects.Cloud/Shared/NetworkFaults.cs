using System.Net.Sockets;
using System.Security.Authentication;

namespace OrleansRegistry.Objects.Cloud;

/// <summary>What happens on the way to a store.</summary>
internal static class NetworkFaults
{
    /// <summary>True for what the network throws, and for an attempt that took too long.</summary>
    public static bool Is(Exception fault) =>
        fault is HttpRequestException or IOException or SocketException or TimeoutException or OperationCanceledException;

    /// <summary>True where the same may work shortly.</summary>
    public static bool MayPass(Exception fault) => Is(fault) && !Causes(fault).Any(cause => cause is AuthenticationException);

    /// <param name="told">As <c>S3 did not store a in the bucket b</c>.</param>
    /// <param name="settings">That say where the store is.</param>
    /// <param name="fault">What the network threw.</param>
    public static ObjectStoreException Translate(string told, string settings, Exception fault)
    {
        var causes = Causes(fault).ToList();
        var why = fault switch
        {
            _ when causes.OfType<AuthenticationException>().FirstOrDefault() is { } tls =>
                $"TLS failed ({tls.Message.TrimEnd('.')}): check the certificate",
            _ when causes.OfType<SocketException>().FirstOrDefault() is { SocketErrorCode: SocketError.HostNotFound } =>
                $"its host is not known: check {settings} and the name service",
            _ when causes.OfType<SocketException>().FirstOrDefault() is { SocketErrorCode: SocketError.ConnectionRefused } =>
                $"it refuses connections: check {settings}, and that it is running",
            _ when causes.Any(cause => cause is TimeoutException or OperationCanceledException) => "it did not answer in time",
            _ => $"the connection was cut ({causes[^1].Message.TrimEnd('.')})",
        };
        var tries = MayPass(fault) ? ", and trying again did not help" : "";
        return new ObjectStoreException(ObjectStoreError.Unavailable, $"{told}: {why}{tries}.", fault);
    }

    private static IEnumerable<Exception> Causes(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
