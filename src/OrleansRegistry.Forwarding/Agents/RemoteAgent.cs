using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansRegistry.Forwarding.Wire;
using Polly.Timeout;

namespace OrleansRegistry.Forwarding.Agents;

/// <summary>An agent that serves itself, called as an A2A client does. All answers are of A2A 1.0, whatever the agent speaks.</summary>
internal sealed class RemoteAgent(HttpClient http, IBinding binding, ForwardingOptions options, TimeProvider time)
{
    /// <summary>The largest answer or event, in bytes.</summary>
    private const int MaxAnswer = 32 * 1024 * 1024;

    /// <summary>Of the body of a failure, so much is looked at.</summary>
    private const int MaxError = 64 * 1024;

    /// <summary>Whether its card says that it streams.</summary>
    public bool Streams { get; init; }

    /// <summary>The version of A2A that it speaks.</summary>
    public required string Version { get; init; }

    /// <summary>Which of the agent's instances it is; null where it has none.</summary>
    public string? Instance { get; init; }

    /// <summary>The instance that had the task, where it is gone and this one takes its place; else null.</summary>
    public string? Lost { get; init; }

    /// <summary>What its owner wants to be sent to it; null for nothing.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Sends a message.</summary>
    /// <param name="request">A SendMessageRequest of 1.0, without <c>tenant</c>.</param>
    /// <param name="extensions">The URIs for <c>A2A-Extensions</c>.</param>
    /// <returns>A SendMessageResponse.</returns>
    /// <exception cref="RemoteFault">The agent refused, or cannot be asked.</exception>
    public async Task<JsonElement> SendAsync(ReadOnlyMemory<byte> request, IReadOnlyList<string> extensions, CancellationToken cancellationToken) =>
        binding.ReadEvent(await AskAsync(binding.Send(request, streams: false), extensions, cancellationToken));

    /// <summary>Sends a message, and yields what the agent streams: StreamResponses.</summary>
    /// <inheritdoc cref="SendAsync"/>
    public IAsyncEnumerable<JsonElement> StreamAsync(
        ReadOnlyMemory<byte> request, IReadOnlyList<string> extensions, CancellationToken cancellationToken) =>
        FollowAsync(binding.Send(request, streams: true), extensions, cancellationToken);

    /// <summary>The task with its history and artifacts.</summary>
    /// <exception cref="RemoteFault">The agent refused, or cannot be asked.</exception>
    public async Task<JsonElement> GetTaskAsync(string id, CancellationToken cancellationToken) =>
        binding.ReadTask(await AskAsync(binding.GetTask(id), [], cancellationToken));

    /// <exception cref="RemoteFault">The agent refused, or cannot be asked.</exception>
    public async Task CancelTaskAsync(string id, CancellationToken cancellationToken) =>
        binding.ReadTask(await AskAsync(binding.CancelTask(id), [], cancellationToken));

    /// <summary>Yields what happens to a task from now on: StreamResponses.</summary>
    /// <exception cref="RemoteFault">The agent refused, or cannot be asked.</exception>
    public IAsyncEnumerable<JsonElement> SubscribeAsync(string id, CancellationToken cancellationToken) =>
        FollowAsync(binding.Subscribe(id), [], cancellationToken);

    private async Task<JsonElement> AskAsync(HttpRequestMessage request, IReadOnlyList<string> extensions, CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(request, extensions, cancellationToken);
        return await ReadAsync(response, MaxAnswer, cancellationToken);
    }

    private async IAsyncEnumerable<JsonElement> FollowAsync(
        HttpRequestMessage request, IReadOnlyList<string> extensions, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(request, extensions, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType is not "text/event-stream")
        {
            // It answers at once, be it with an error.
            yield return binding.ReadEvent(await ReadAsync(response, MaxAnswer, cancellationToken));
            yield break;
        }

        await using var body = await BodyAsync(response, MaxAnswer, cancellationToken);
        await using var events = SseParser.Create(body, Parse).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await GuardAsync(async () => await events.MoveNextAsync(), cancellationToken))
        {
            body.Restart();
            if (events.Current.Data is { } data)
            {
                yield return binding.ReadEvent(data);
            }
        }
    }

    /// <summary>Sends a request, and waits for the beginning of its answer.</summary>
    private async Task<HttpResponseMessage> OpenAsync(
        HttpRequestMessage request, IReadOnlyList<string> extensions, CancellationToken cancellationToken)
    {
        using (request)
        {
            request.Headers.Accept.ParseAdd("text/event-stream, application/json, application/a2a+json");
            request.Headers.Add("A2A-Version", Version);
            if (extensions.Count > 0)
            {
                // The header had another name in 0.3.
                request.Headers.TryAddWithoutValidation(Version == "1.0" ? "A2A-Extensions" : "X-A2A-Extensions", string.Join(", ", extensions));
            }

            foreach (var (name, value) in Headers ?? new Dictionary<string, string>())
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            HttpResponseMessage response;
            try
            {
                response = await GuardAsync(
                    () => TimedAsync(token => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token), cancellationToken),
                    cancellationToken);
            }
            catch (RemoteFault fault) when (fault.IsUnreached && request.Options.TryGetValue(RemoteFault.MayHaveArrived, out _))
            {
                // It was sent before, and broke off.
                throw new RemoteFault(fault.Message, fault.MayPass, fault);
            }

            if (!response.IsSuccessStatusCode)
            {
                using (response)
                {
                    throw await FaultOfAsync(response, cancellationToken);
                }
            }

            return response;
        }
    }

    private async Task<RemoteFault> FaultOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var plain = RemoteFault.Of(response.StatusCode, Headers is not null);
        if (response.StatusCode is System.Net.HttpStatusCode.Unauthorized or System.Net.HttpStatusCode.Forbidden)
        {
            return plain;
        }

        try
        {
            return binding.ReadError(await ReadAsync(response, MaxError, cancellationToken)) ?? plain;
        }
        catch (RemoteFault)
        {
            // The status says enough.
            return plain;
        }
    }

    private async Task<JsonElement> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancellationToken)
    {
        await using var body = await BodyAsync(response, most, cancellationToken);
        var bytes = new MemoryStream();
        await GuardAsync(
            async () =>
            {
                await body.CopyToAsync(bytes, cancellationToken);
                return true;
            },
            cancellationToken);
        return Parse(bytes.ToArray());
    }

    private async Task<BoundedStream> BodyAsync(HttpResponseMessage response, int most, CancellationToken cancellationToken) =>
        new(new QuietStream(await response.Content.ReadAsStreamAsync(cancellationToken), options.Timeout, time), most);

    /// <summary>All attempts together, with the pauses that the agent asks for, have as long as it may say nothing of a task, and one answer more.</summary>
    private async Task<HttpResponseMessage> TimedAsync(Func<CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        var longest = options.Timeout + options.GiveUp;
        using var patience = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await send(either.Token);
        }
        catch (TimeoutRejectedException)
        {
            throw RemoteFault.TimedOut(options.Timeout);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw fault.InnerException is TimeoutException ? RemoteFault.NoConnection(fault) : RemoteFault.TimedOut(longest);
        }
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> run, CancellationToken cancellationToken)
    {
        try
        {
            return await run();
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or SocketException && !cancellationToken.IsCancellationRequested)
        {
            throw RemoteFault.Of(fault);
        }
    }

    private static JsonElement? Parse(string eventType, ReadOnlySpan<byte> data) => data.IsEmpty ? null : Parse(data.ToArray());

    private static JsonElement Parse(byte[] utf8)
    {
        try
        {
            using var document = JsonInput.Parse(utf8, "answer");
            return document.RootElement.Clone();
        }
        catch (RegistryException fault)
        {
            throw RemoteFault.Unreadable(fault.Message.TrimEnd('.'), fault);
        }
    }
}
