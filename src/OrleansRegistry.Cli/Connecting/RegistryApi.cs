using System.Net.Sockets;

namespace OrleansRegistry.Cli;

/// <summary>Calls of the REST API by the client's own means. What is no success is a <see cref="CliException"/> with the registry's own words.</summary>
internal sealed class RegistryApi(RegistryHttp http)
{
    /// <summary>What to call the registry in messages.</summary>
    public string Name => http.Name;

    public Task<ApiAnswer> GetAsync(string path, CancellationToken cancellation) =>
        TryAsync(() => http.CallAsync(new ApiRequest(HttpMethod.Get, path), cancellation));

    /// <summary>A write. It names itself, so that it can be sent again where the registry could not say what became of it.</summary>
    /// <param name="condition">A header such as <c>If-Match</c>; its value is null where there is none.</param>
    public Task<ApiAnswer> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? json, (string Name, string? Value)? condition, CancellationToken cancellation)
    {
        var request = new ApiRequest(method, path)
        {
            Body = json,
            Headers = [("Idempotency-Key", Guid.NewGuid().ToString("N")), condition ?? ("If-Match", null)],
        };
        return TryAsync(() => http.CallAsync(request, cancellation));
    }

    /// <summary>A write that is not sent again, as it would make a second of what it makes.</summary>
    public Task<ApiAnswer> SendOnceAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? json, CancellationToken cancellation) =>
        TryAsync(() => http.CallAsync(new ApiRequest(method, path) { Body = json, IsOnce = true }, cancellation));

    /// <summary>Reads an answer of any length to its end.</summary>
    /// <exception cref="CliException">It is no success.</exception>
    public async Task<ApiAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await CheckAsync(response, cancellation);
        return new ApiAnswer(Name, response, await response.Content.ReadAsByteArrayAsync(cancellation));
    }

    /// <summary>A request for a path below the registry's URL. A path such as <c>tasks:count</c> must not pass for a URL of its own.</summary>
    public static HttpRequestMessage Request(HttpMethod method, string path) => new(method, new Uri("./" + path, UriKind.Relative));

    /// <summary>An answer of any status and size, which the caller reads. There is no limit of time.</summary>
    public Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        TryAsync(() => http.OpenAsync(request, cancellation));

    /// <exception cref="CliException">The answer is no success.</exception>
    public Task CheckAsync(HttpResponseMessage response, CancellationToken cancellation) => TryAsync(async () =>
    {
        await http.CheckAsync(response, cancellation);
        return true;
    });

    /// <summary>An answer whatever its status.</summary>
    public Task<ApiAnswer> AskAsync(HttpMethod method, string path, CancellationToken cancellation) =>
        TryAsync(() => http.SendAsync(new ApiRequest(method, path), isRepetition: false, cancellation));

    /// <summary>The events of something, from the first to the last, over cut connections too.</summary>
    /// <param name="broken">Told of each break.</param>
    public EventFollower Follow(string path, Action<string> broken) =>
        new(http, new ApiRequest(HttpMethod.Get, path), after: null) { Broken = broken };

    /// <summary>Tells what the registry refused, or that it does not answer, as commands do.</summary>
    public static async Task<T> TryAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (RegistryException fault)
        {
            throw Told(fault);
        }
    }

    private static CliException Told(RegistryException fault) => fault switch
    {
        { InnerException: HttpRequestException { StatusCode: { } status } } => new CliException(
            ExitCodes.OfStatus((int)status), Faults.WithField(fault.Message, fault.Field), fault)
        {
            Status = (int)status,
        },
        { Error: RegistryError.NotSupported } => new CliException(ExitCode.Failed, fault.Message, fault),
        { InnerException: SocketException or HttpRequestException { InnerException: SocketException or null } } => new CliException(
            ExitCode.Unreachable, $"{fault.Message} Name the registry with --url or {GlobalOptions.UrlVariable}, or a store with --store.", fault),
        _ => new CliException(ExitCode.Unreachable, fault.Message, fault),
    };
}
