using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Outbound;

namespace OrleansRegistry.Trust.Reviews;

/// <summary>What a hook says.</summary>
internal enum HookDecision
{
    Allow,
    Deny,
    Review,
}

/// <param name="Reason">Why it denies; null where it does not say.</param>
/// <param name="IsFailure">The hook did not decide.</param>
internal readonly record struct HookAnswer(HookDecision Decision, string? Reason = null, bool IsFailure = false);

/// <summary>What a hook is asked about.</summary>
internal readonly record struct HookQuestion(string Tenant, string Subject, string AgentId, bool IsNew, RawJson Card);

/// <summary>
/// Asks policy hooks, each for a bounded time, its turn included. Those that tenants name are at public addresses only, and those that settings allow; that of
/// the settings is wherever it is.
/// </summary>
internal sealed partial class PolicyHook(
    ReviewOptions options, PushOptions push, [RegistryTime] TimeProvider time, ILogger<PolicyHook> log) : IDisposable
{
    private const int AtOnce = 64;
    private const int AtOnceToOne = 16;
    private const int MostBytes = 16 * 1024;
    private const int LongestReason = 1_000;

    private static readonly MediaTypeHeaderValue Json = new("application/json") { CharSet = "utf-8" };

    private readonly HostGates gates = new(AtOnce, AtOnceToOne);
    private readonly LogPace pace = new(time, log);

    private readonly Lazy<HttpClient> guarded = new(() => Limited(GuardedHttp.Handler(push.Addresses, AtOnceToOne, options.HookTimeout)));

    private readonly Lazy<HttpClient> plain = new(() => Limited(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        MaxConnectionsPerServer = AtOnceToOne,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    }));

    /// <summary>What the hook says; where it says nothing of use in time, what the policy has for that.</summary>
    /// <param name="isOwn">Whether the tenant names it.</param>
    public async Task<HookAnswer> AskAsync(StoredReviewPolicy policy, bool isOwn, HookQuestion question, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.HookTimeout, time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var url = new Uri(policy.Policy.HookUrl!);
        try
        {
            using var turn = await gates.EnterAsync(url.Authority, until.Token);
            using var request = Request(url, policy.Secret, question);
            using var response = await (isOwn ? guarded : plain).Value.SendAsync(request, until.Token);
            turn.WasFast = true;
            return response.IsSuccessStatusCode
                ? Read(await response.Content.ReadAsByteArrayAsync(until.Token))
                : throw new HttpRequestException($"It answered {(int)response.StatusCode}.");
        }
        catch (Exception fault) when (
            fault is HttpRequestException or IOException or SocketException or JsonException or InvalidOperationException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            pace.Write(() => LogFailed(LogText.Id(question.Tenant), policy.Policy.OnFailure.ToName(), LogText.Escape(fault.Message)));
            return new HookAnswer(
                policy.Policy.OnFailure switch
                {
                    HookFailure.Allow => HookDecision.Allow,
                    HookFailure.Review => HookDecision.Review,
                    _ => HookDecision.Deny,
                },
                IsFailure: true);
        }
    }

    public void Dispose()
    {
        foreach (var made in (Lazy<HttpClient>[])[guarded, plain])
        {
            if (made.IsValueCreated)
            {
                made.Value.Dispose();
            }
        }
    }

    private static HttpClient Limited(HttpMessageHandler handler) =>
        new(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MostBytes };

    private HttpRequestMessage Request(Uri url, string? secret, HookQuestion question)
    {
        var body = FieldsWriter.Write(question, static (json, question) =>
        {
            json.WriteString("tenant"u8, question.Tenant);
            json.WriteString("subject"u8, question.Subject);
            json.WriteString("agent_id"u8, question.AgentId);
            json.WriteString("change"u8, question.IsNew ? "new"u8 : "card"u8);
            json.WritePropertyName("card"u8);
            json.WriteRawValue(question.Card.Span, skipInputValidation: true);
        });
        var request = WebhookClient.Post(url, body.Utf8, Json);
        if (secret is not null)
        {
            WebhookSignature.Sign(request, secret, DerivedId.Random(), time.GetUtcNow(), body.Span);
        }

        return request;
    }

    private static HookAnswer Read(byte[] body)
    {
        using var json = JsonDocument.Parse(body, JsonInput.Stored);
        var answer = new StoredObject(json.RootElement, "the answer");
        var reason = answer.TextOrNull("reason");
        return new HookAnswer(
            answer.Text("decision") switch
            {
                "allow" => HookDecision.Allow,
                "deny" => HookDecision.Deny,
                "review" => HookDecision.Review,
                _ => throw new JsonException("'decision' is not allow, deny or review"),
            },
            reason?.Length > LongestReason ? reason[..LongestReason] : reason);
    }

    [LoggerMessage(LogLevel.Warning, "The policy hook of tenant '{Tenant}' did not decide, so it is {Failure}: {Reason}")]
    private partial void LogFailed(string tenant, string failure, string reason);
}
