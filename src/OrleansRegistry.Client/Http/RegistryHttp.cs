using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace OrleansRegistry.Client;

/// <summary>Calls of the REST API. What is no success is a <see cref="RegistryException"/> with the registry's own words.</summary>
/// <param name="address">The registry's, with a slash at its end.</param>
internal sealed class RegistryHttp(HttpClient http, Uri address, RegistryClientOptions options)
{
    /// <summary>In <see cref="Exception.Data"/> of a refusal: the request had been sent before, and may have been carried out.</summary>
    public const string Repetition = "registry.repetition";

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);

    public HttpClient Inner => http;

    /// <summary>What to call the registry in messages.</summary>
    public string Name { get; init; } = address.AbsoluteUri.TrimEnd('/');

    public TimeProvider Time => options.Time;

    public int Retries => options.Retries;

    /// <summary>On whose behalf a call is; null where the registry decides.</summary>
    public Caller? SentCaller(Caller caller) =>
        caller.Tenant == Caller.Default.Tenant && caller.Subject == Caller.Default.Subject ? options.Caller : caller;

    /// <summary>Makes a call, and again where it was not answered; the repetitions are the same request to the registry if it has a key.</summary>
    public async Task<ApiAnswer> CallAsync(ApiRequest asked, CancellationToken cancellationToken)
    {
        for (var tries = 0; ; tries++)
        {
            RegistryException fault;
            try
            {
                var answer = await SendAsync(asked, tries > 0, cancellationToken);
                if (answer.Response.IsSuccessStatusCode)
                {
                    return answer;
                }

                using (answer)
                {
                    fault = ApiProblem.Read(Name, answer.Response, answer.Bytes);
                }
            }
            catch (RegistryException unanswered)
            {
                fault = unanswered;
            }

            if (asked.IsOnce || tries == options.Retries || !IsTransient(fault))
            {
                if (tries > 0)
                {
                    fault.Data[Repetition] = true;
                }

                throw fault;
            }

            await PauseAsync(fault, tries, cancellationToken);
        }
    }

    /// <summary>Removes a thing. What a repetition does not find any more is gone by the try before, whose answer was lost.</summary>
    public async Task RemoveAsync(ApiRequest asked, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await CallAsync(asked, cancellationToken);
        }
        catch (RegistryException fault) when (IsGone(fault))
        {
            return;
        }
    }

    /// <summary>Whether a repetition of a removal was told that there is no such thing.</summary>
    public static bool IsGone(RegistryException fault) => fault.Error == RegistryError.NotFound && fault.Data.Contains(Repetition);

    /// <summary>Sends a request once: an answer of any status.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: there was none.</exception>
    public async Task<ApiAnswer> SendAsync(ApiRequest asked, bool isRepetition, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.AnswerTimeout + asked.Wait, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        HttpResponseMessage? response = null;
        try
        {
            using var message = asked.ToMessage(address);
            response = await OpenAsync(message, either.Token);
            return new ApiAnswer(Name, response, await response.Content.ReadAsByteArrayAsync(either.Token), isRepetition);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            response?.Dispose();
            throw Unreachable(fault);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            response?.Dispose();
            throw new RegistryException(
                RegistryError.Unavailable, $"{Name} did not answer within {(options.AnswerTimeout + asked.Wait).TotalSeconds:0} seconds.");
        }
    }

    /// <summary>An answer of any status and size, which the caller reads. There is no limit of time.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: there was none.</exception>
    public async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in options.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (options.Token is { } token && !message.Headers.Contains("Authorization") && await token(cancellationToken) is { } text)
        {
            message.Headers.TryAddWithoutValidation("Authorization", $"Bearer {text}");
        }

        try
        {
            return await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (Exception fault) when (fault is HttpRequestException or SocketException)
        {
            // A connection that is reset as it begins comes out of HttpClient as it is.
            throw Unreachable(fault);
        }
    }

    /// <inheritdoc cref="OpenAsync(HttpRequestMessage, CancellationToken)"/>
    public async Task<HttpResponseMessage> OpenAsync(ApiRequest asked, CancellationToken cancellationToken)
    {
        using var message = asked.ToMessage(address);
        return await OpenAsync(message, cancellationToken);
    }

    /// <exception cref="RegistryException">The answer is no success.</exception>
    public async Task CheckAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw ApiProblem.Read(Name, response, await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
    }

    /// <summary>
    /// Whether the same request may go better a little later. Where no instance is healthy, the registry itself answers: whether to wait is the caller's
    /// to say.
    /// </summary>
    public bool IsTransient(RegistryException fault) =>
        fault is { Error: RegistryError.Busy or RegistryError.Unavailable, Field: not HttpInstances.NoneHealthy }
        && (options.RetriesUnreachable || fault.InnerException is HttpRequestException { StatusCode: not null })
        && fault.InnerException?.InnerException is not AuthenticationException;

    /// <summary>Waits before a repetition: as long as the registry asks, else longer each time, and never the same for all clients.</summary>
    /// <param name="tries">How many repetitions there were.</param>
    public Task PauseAsync(RegistryException? fault, int tries, CancellationToken cancellationToken)
    {
        var longest = options.LongestPause;
        var grown = ShortestPause * Math.Pow(2, Math.Min(tries, 16)) * (0.5 + (Random.Shared.NextDouble() / 2));
        var pause = fault?.RetryAfter ?? grown;
        return Task.Delay(pause < longest ? pause : longest, options.Time, cancellationToken);
    }

    /// <summary>The exception for a registry that did not answer.</summary>
    public RegistryException Unreachable(Exception fault)
    {
        var reason = (fault.InnerException ?? fault).Message.TrimEnd('.');
        return new RegistryException(RegistryError.Unavailable, $"{Name} does not answer: {reason}.", null, fault);
    }
}
