using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace OrleansRegistry.ClusterTests;

/// <summary>What a write came to.</summary>
internal enum Outcome
{
    Done,
    Refused,

    /// <summary>No answer, or one that says that nobody knows.</summary>
    Unknown,

    /// <summary>Nobody listened: nothing was sent.</summary>
    NotSent,
}

/// <param name="Body">Undefined where there is none.</param>
internal readonly record struct Answer(Outcome Outcome, int Status, JsonElement Body);

/// <summary>One client of the cluster, with connections of its own to every replica.</summary>
internal sealed class Client(Uri[] addresses, int seconds = 40) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(seconds),
    };

    /// <summary>Why calls had no outcome, of all clients since the test began to listen; null where none does.</summary>
    public static ConcurrentQueue<string>? Losses { get; set; }

    public int Replicas => addresses.Length;

    public async Task<(Outcome Outcome, long Revision)> PutAsync(int replica, string id, string card, long? ifRevision)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(addresses[replica], $"/agents/{id}/card"))
        {
            Content = new StringContent(card, System.Text.Encoding.UTF8, "application/json"),
        };
        if (ifRevision is { } expected)
        {
            request.Headers.TryAddWithoutValidation(expected == 0 ? "If-None-Match" : "If-Match", expected == 0 ? "*" : $"\"{expected}\"");
        }

        try
        {
            using var answer = await http.SendAsync(request);
            switch (answer.StatusCode)
            {
                case HttpStatusCode.OK or HttpStatusCode.Created:
                    return (Outcome.Done, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("revision").GetInt64());
                case HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict:
                    return (Outcome.Refused, 0);
                case HttpStatusCode.ServiceUnavailable:
                    Assert.NotNull(answer.Headers.RetryAfter);
                    Lose(request, await answer.Content.ReadAsStringAsync());
                    return (Outcome.Unknown, 0);
                default:
                    Assert.Fail($"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
                    throw new InvalidOperationException();
            }
        }
        catch (Exception fault) when (IsRefusal(fault))
        {
            return (Outcome.NotSent, 0);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or TaskCanceledException)
        {
            Lose(request, fault.Message);
            return (Outcome.Unknown, 0);
        }
    }

    /// <summary>The agent as the store has it now; revision 0 where there is none.</summary>
    public async Task<(Outcome Outcome, long Revision, JsonElement Card)> GetStrongAsync(int replica, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(addresses[replica], $"/agents/{id}?consistency=strong"));
        try
        {
            using var answer = await http.SendAsync(request);
            switch (answer.StatusCode)
            {
                case HttpStatusCode.NotFound:
                    return (Outcome.Done, 0, default);
                case HttpStatusCode.OK:
                    var agent = await answer.Content.ReadFromJsonAsync<JsonElement>();
                    return (Outcome.Done, agent.GetProperty("revision").GetInt64(), agent.GetProperty("agent_card"));
                default:
                    Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                    Lose(request, await answer.Content.ReadAsStringAsync());
                    return (Outcome.Unknown, 0, default);
            }
        }
        catch (Exception fault) when (IsRefusal(fault))
        {
            return (Outcome.NotSent, 0, default);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or TaskCanceledException)
        {
            Lose(request, fault.Message);
            return (Outcome.Unknown, 0, default);
        }
    }

    /// <summary>Any request of which a refusal (404, 409, 412) is an answer.</summary>
    public async Task<Answer> SendAsync(int replica, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(addresses[replica], path))
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        try
        {
            using var answer = await http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            var outcome = answer.StatusCode switch
            {
                HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent => Outcome.Done,
                HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => Outcome.Refused,
                HttpStatusCode.ServiceUnavailable when answer.Headers.RetryAfter is not null => Outcome.Unknown,
                _ => throw new InvalidOperationException($"{method} {path}: {answer.StatusCode} {text}"),
            };
            if (outcome == Outcome.Unknown)
            {
                Lose(request, text);
            }

            return new Answer(outcome, (int)answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
        }
        catch (Exception fault) when (IsRefusal(fault))
        {
            return new Answer(Outcome.NotSent, 0, default);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or TaskCanceledException)
        {
            Lose(request, fault.Message);
            return new Answer(Outcome.Unknown, 0, default);
        }
    }

    /// <summary>The body of a question, from a replica that has seen <paramref name="atLeast"/>.</summary>
    public async Task<string> AskAsync(int replica, string path, long atLeast)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(addresses[replica], path));
        request.Headers.Add("X-Registry-Revision", atLeast.ToString(CultureInfo.InvariantCulture));
        using var answer = await http.SendAsync(request);
        return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
    }

    /// <summary>Any change; its revision, or 0 where it was refused.</summary>
    public async Task<long> ChangeAsync(int replica, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(addresses[replica], path))
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var answer = await http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NotFound, await answer.Content.ReadAsStringAsync());
        return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("revision").GetInt64() : 0;
    }

    public void Dispose() => http.Dispose();

    private static void Lose(HttpRequestMessage request, string why) =>
        Losses?.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {request.Method} {request.RequestUri}: {why}");

    private static bool IsRefusal(Exception fault) =>
        fault is HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } };
}
