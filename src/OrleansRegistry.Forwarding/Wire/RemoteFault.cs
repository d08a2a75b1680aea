using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using OrleansRegistry.Outbound;
using OrleansRegistry.Protocol;

namespace OrleansRegistry.Forwarding.Wire;

/// <summary>What an agent refused, or why it could not be asked. The message is for the one who sent the agent a message.</summary>
/// <param name="mayPass">Whether the same may go better later.</param>
internal sealed class RemoteFault(string message, bool mayPass = false, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>What an agent says about itself is cut after this many characters.</summary>
    private const int LongestText = 500;

    public bool MayPass => mayPass;

    /// <summary>The agent does not do this kind of call, or not with this task.</summary>
    public bool IsUnsupported { get; private init; }

    /// <summary>There was no connection, so that nothing was sent.</summary>
    public bool IsUnreached { get; private init; }

    /// <summary>Of a request of which an earlier attempt may have come to the agent.</summary>
    public static HttpRequestOptionsKey<bool> MayHaveArrived { get; } = new("registry.forward.may_have_arrived");

    /// <summary>A request that got no answer, or the middle of one only.</summary>
    public static RemoteFault Of(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AddressRefusedException:
                    return new("The agent is at an address that this registry does not connect to.", innerException: fault) { IsUnreached = true };
                case AuthenticationException:
                    return new("The agent's TLS certificate or protocol was not accepted.", innerException: fault) { IsUnreached = true };
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return new("The agent's name has no address.", mayPass: true, fault) { IsUnreached = true };
                case SocketException
                {
                    SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable
                }:
                    return NoConnection(fault);
            }
        }

        return fault is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
            ? NoConnection(fault)
            : new("The connection to the agent broke.", mayPass: true, fault);
    }

    public static RemoteFault NoConnection(Exception fault) =>
        new("The agent could not be connected to.", mayPass: true, fault) { IsUnreached = true };

    public static RemoteFault TimedOut(TimeSpan timeout) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The agent did not answer within {timeout.TotalSeconds} s."), mayPass: true);

    /// <summary>The agent's answer is not one of A2A.</summary>
    public static RemoteFault Unreadable(string why, Exception? fault = null) =>
        new($"The agent's answer cannot be read: {why}.", innerException: fault);

    /// <summary>A status of HTTP that says what is wrong, without a body that does.</summary>
    /// <param name="hadCredentials">Whether credentials were sent.</param>
    public static RemoteFault Of(HttpStatusCode status, bool hadCredentials) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(
            hadCredentials
                ? $"The agent refused the credentials that its owner set ({(int)status})."
                : $"The agent asks for credentials ({(int)status}), and its owner set none for where its card leads now."),
        _ => new($"The agent answered with the status {(int)status}.", IsTransient(status))
        {
            // Of an agent that has no such path, or takes it by another method.
            IsUnsupported = status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented,
        },
    };

    /// <summary>An error as JSON-RPC has it, and HTTP+JSON (<c>google.rpc.Status</c>).</summary>
    /// <param name="secrets">What the agent was sent and nobody else is told.</param>
    public static RemoteFault Of(JsonElement error, SecretTexts secrets)
    {
        var code = error.Find("code") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var known) ? known : 0;
        string[] reasons = [.. error.Entries("details").Concat(error.Entries("data")).Select(detail => detail.Text("reason")).OfType<string>()];
        var about = Short(secrets.Hide(error.Text("message") ?? "no reason given"));
        return new($"The agent refused: {about}", mayPass: Is(A2AError.Internal) || IsTransient((HttpStatusCode)code))
        {
            IsUnsupported = Is(A2AError.UnsupportedOperation) || Is(A2AError.MethodNotFound) || code == (int)HttpStatusCode.NotImplemented,
        };

        bool Is(A2AError kind) => code == kind.Code || reasons.Contains(kind.Reason, StringComparer.Ordinal);
    }

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            || (status >= HttpStatusCode.InternalServerError && status != HttpStatusCode.NotImplemented);

    private static string Short(string text) => LogText.Escape(text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText), "…"));
}
