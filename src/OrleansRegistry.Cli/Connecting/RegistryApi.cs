using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace OrleansRegistry.Cli;

/// <summary>Calls of the REST API. What is no success is a <see cref="CliException"/> with the registry's own words.</summary>
/// <param name="name">What to call the registry in messages.</param>
internal sealed class RegistryApi(HttpClient http, string name, TimeProvider time)
{
    private const int Tries = 4;

    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>What to call the registry in messages.</summary>
    public string Name => name;

    public Task<ApiAnswer> GetAsync(string path, CancellationToken cancellation) => CallAsync(HttpMethod.Get, path, null, null, cancellation);

    /// <summary>A write. It names itself, so that it can be sent again where the registry could not say what became of it.</summary>
    /// <param name="condition">A header such as <c>If-Match</c>; its value is null where there is none.</param>
    public Task<ApiAnswer> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? json, (string Name, string? Value)? condition, CancellationToken cancellation) =>
        CallAsync(method, path, json, condition, cancellation);

    /// <summary>Reads an answer of any length to its end.</summary>
    /// <exception cref="CliException">It is no success.</exception>
    public async Task<ApiAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await CheckAsync(response, cancellation);
        return new ApiAnswer(name, response, await response.Content.ReadAsByteArrayAsync(cancellation));
    }

    /// <summary>A request for a path below the registry's URL. A path such as <c>tasks:count</c> must not pass for a URL of its own.</summary>
    public static HttpRequestMessage Request(HttpMethod method, string path) => new(method, new Uri("./" + path, UriKind.Relative));

    /// <summary>An answer of any status and size, which the caller reads. There is no limit of time.</summary>
    public async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException fault)
        {
            throw Unreachable(fault);
        }
    }

    /// <exception cref="CliException">The answer is no success.</exception>
    public async Task CheckAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw Problem.Read(name, response, await response.Content.ReadAsByteArrayAsync(cancellation));
        }
    }

    /// <summary>An answer whatever its status.</summary>
    public async Task<ApiAnswer> AskAsync(HttpMethod method, string path, CancellationToken cancellation)
    {
        using var request = Request(method, path);
        return await AskAsync(request, cancellation);
    }

    private async Task<ApiAnswer> CallAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? json, (string Name, string? Value)? condition, CancellationToken cancellation)
    {
        var key = method == HttpMethod.Get ? null : Guid.NewGuid().ToString("N");
        for (var tries = 1; ; tries++)
        {
            using var request = Request(method, path);
            if (key is not null)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            if (condition is { Value: not null } asked)
            {
                request.Headers.TryAddWithoutValidation(asked.Name, asked.Value);
            }

            if (json is { } body)
            {
                request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            }

            var answer = await AskAsync(request, cancellation);
            if (answer.Response.IsSuccessStatusCode)
            {
                return answer;
            }

            using (answer)
            {
                if (answer.Response.StatusCode != HttpStatusCode.ServiceUnavailable || tries == Tries)
                {
                    throw Problem.Read(name, answer.Response, answer.Bytes);
                }

                await Task.Delay(PauseOf(answer.Response), time, cancellation);
            }
        }
    }

    private static TimeSpan PauseOf(HttpResponseMessage response) => response.Headers.RetryAfter?.Delta is { } asked && asked < LongestPause
        ? asked
        : LongestPause;

    private async Task<ApiAnswer> AskAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(AnswerPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        HttpResponseMessage? response = null;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return new ApiAnswer(name, response, await response.Content.ReadAsByteArrayAsync(either.Token));
        }
        catch (HttpRequestException fault)
        {
            response?.Dispose();
            throw Unreachable(fault);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            response?.Dispose();
            throw new CliException(ExitCode.Unreachable, $"{name} did not answer within {AnswerPatience.TotalSeconds:0} seconds.");
        }
    }

    private CliException Unreachable(HttpRequestException fault) => fault.InnerException is SocketException or null
        ? new CliException(
            ExitCode.Unreachable,
            $"{name} does not answer: {Reason(fault)}. Name the registry with --url or {GlobalOptions.UrlVariable}, or a store with --store.",
            fault)
        : new CliException(ExitCode.Unreachable, $"The connection to {name} failed: {Reason(fault)}.", fault);

    private static string Reason(Exception fault) => (fault.InnerException ?? fault).Message.TrimEnd('.');
}
