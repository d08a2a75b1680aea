using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using OrleansRegistry.Outbound;

namespace OrleansRegistry.Push;

/// <summary>Makes requests to receivers: so many at once, and so many to one host.</summary>
internal sealed class WebhookClient(PushOptions options, [RegistryTime] TimeProvider time) : IDisposable
{
    /// <summary>A receiver that takes longer has no claim to the room of those that are fast.</summary>
    private static readonly TimeSpan Fast = TimeSpan.FromSeconds(2);

    private static readonly ProductInfoHeaderValue Agent = new(
        RegistryTelemetry.Name, typeof(WebhookClient).Assembly.GetName().Version?.ToString(3) ?? "0");

    private readonly HttpClient client = GuardedHttp.Create(options.Addresses, options.MaxConcurrentPerHost, options.Timeout);
    private readonly HostGates gates = new(options.MaxConcurrent, options.MaxConcurrentPerHost);

    /// <summary>
    /// Makes one request. Does not throw but for <paramref name="cancellationToken"/>, which ends the wait for a turn: what was begun is seen
    /// through, so that it is known whether it was delivered.
    /// </summary>
    /// <param name="make">Makes it, once it is its turn. Its result is disposed.</param>
    /// <param name="traceParent">The trace that the request belongs to; null for none.</param>
    public async Task<PushOutcome> SendAsync(Uri url, Func<HttpRequestMessage> make, string? traceParent, CancellationToken cancellationToken)
    {
        using var turn = await gates.EnterAsync(url.Authority, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        using var span = Start(traceParent);
        var began = time.GetTimestamp();
        using var request = make();
        if (span is null && traceParent is not null)
        {
            request.Headers.TryAddWithoutValidation("traceparent", traceParent);
        }

        var outcome = await SendAsync(request);
        var took = time.GetElapsedTime(began);
        turn.WasFast = outcome.Result is PushResult.Delivered or PushResult.Refused && took < Fast;
        span?.SetStatus(outcome.IsDelivered ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        PushTelemetry.Attempted(outcome.Result, took);
        return outcome;
    }

    /// <summary>A request with a body.</summary>
    public static HttpRequestMessage Post(Uri url, ReadOnlyMemory<byte> body, MediaTypeHeaderValue type)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = type;
        request.Headers.UserAgent.Add(Agent);
        return request;
    }

    public void Dispose() => client.Dispose();

    private async Task<PushOutcome> SendAsync(HttpRequestMessage request)
    {
        using var patience = new CancellationTokenSource(options.Timeout, time);
        try
        {
            // The answer's body is nobody's: what of it is not there yet is dropped with the connection.
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return Judge((int)response.StatusCode);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or SocketException or OperationCanceledException)
        {
            return Judge(fault);
        }
    }

    private static PushOutcome Judge(int status) => status switch
    {
        >= 200 and < 300 => new(PushResult.Delivered),
        >= 300 and < 400 => new(PushResult.Refused, $"The receiver answered {Number(status)}: redirects are not followed."),
        410 => new(PushResult.Refused, "The receiver answered 410: it is gone.", IsFinal: true),
        _ => new(PushResult.Refused, $"The receiver answered {Number(status)}."),
    };

    private PushOutcome Judge(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AddressRefusedException:
                    return new(PushResult.Blocked, "The URL leads to an address where notifications are not sent.", IsFinal: true);
                case AuthenticationException:
                    return new(PushResult.Failed, "The receiver's TLS certificate or protocol was not accepted.");
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return new(PushResult.Failed, "The receiver's name has no address.");
                case SocketException:
                    return new(PushResult.Failed, "The receiver could not be connected to.");
                case OperationCanceledException:
                    return TimedOut();
            }
        }

        return fault is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
            ? new(PushResult.Failed, "The receiver could not be connected to.")
            : new(PushResult.Failed, "The receiver closed the connection, or did not answer as HTTP has it.");
    }

    private PushOutcome TimedOut() => new(
        PushResult.TimedOut, string.Create(CultureInfo.InvariantCulture, $"The receiver did not answer within {options.Timeout.TotalSeconds} s."));

    private static Activity? Start(string? traceParent)
    {
        _ = ActivityContext.TryParse(traceParent, traceState: null, out var parent);
        return RegistryTelemetry.Spans.StartActivity("registry.push", ActivityKind.Client, parent);
    }

    private static string Number(int status) => status.ToString(CultureInfo.InvariantCulture);
}
