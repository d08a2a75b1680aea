using System.Net.Http.Headers;
using System.Text.Json;

namespace OrleansRegistry.Push;

/// <summary>Sends notifications of tasks: one POST each.</summary>
internal sealed class PushSender(WebhookClient client)
{
    private const string TokenHeader = "X-A2A-Notification-Token";

    /// <summary>Names the notification: a second one with this value is the same again.</summary>
    private const string EventHeader = "X-Registry-Event";

    private static readonly MediaTypeHeaderValue V10 = new("application/a2a+json");
    private static readonly MediaTypeHeaderValue V03 = new("application/json");

    /// <summary>Sends one notification. Throws as <see cref="WebhookClient.SendAsync(Uri, Func{HttpRequestMessage}, string?, CancellationToken)"/>.</summary>
    /// <param name="name">Names it among those of its task.</param>
    /// <param name="traceParent">The trace that the task belongs to; null for none.</param>
    public Task<PushOutcome> SendAsync(
        TaskWebhook webhook, ReadOnlyMemory<byte> body, string name, string? traceParent, CancellationToken cancellationToken)
    {
        PushTarget target;
        try
        {
            using var config = JsonDocument.Parse(webhook.Config.Utf8, JsonInput.Stored);
            target = PushTarget.Read(config.RootElement);
        }
        catch (RegistryException refusal)
        {
            // An older version stored it, or it was imported.
            PushTelemetry.Attempted(PushResult.Blocked, TimeSpan.Zero);
            return Task.FromResult(
                new PushOutcome(PushResult.Blocked, $"The configuration cannot be used: {refusal.Message}", IsFinal: true));
        }

        return client.SendAsync(target.Url, () => Make(target, body, name), traceParent, cancellationToken);
    }

    private static HttpRequestMessage Make(PushTarget target, ReadOnlyMemory<byte> body, string name)
    {
        var request = WebhookClient.Post(target.Url, body, target.IsV03 ? V03 : V10);
        request.Headers.Authorization = target.Authorization;
        request.Headers.Add(EventHeader, name);
        if (target.Token is not null)
        {
            request.Headers.TryAddWithoutValidation(TokenHeader, target.Token);
        }

        return request;
    }
}
