using System.Globalization;

namespace OrleansRegistry.Subscriptions;

/// <summary>Sends events to a subscriber, signed.</summary>
internal sealed class SubscriptionSender(WebhookClient client, CloudEvents format, [RegistryTime] TimeProvider time)
{
    /// <summary>Sends events in one request. Throws as <see cref="WebhookClient"/> does.</summary>
    /// <param name="events">One, unless the subscriber takes batches.</param>
    public Task<PushOutcome> SendAsync(string id, SubscriptionHead head, IReadOnlyList<OutgoingEvent> events, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var body = format.Write(id, events, head.Batch, now);

        // The last of a batch names it: what was before it came with it, or before.
        var name = Uri.EscapeDataString($"{id}.{events[^1].Id}");
        return client.SendAsync(new Uri(head.Url), Make, traceParent: null, cancellationToken);

        HttpRequestMessage Make()
        {
            var at = time.GetUtcNow();
            string[] secrets = head.SecretBefore is { } before && at < head.SecretBeforeUntil ? [head.Secret, before] : [head.Secret];
            var request = WebhookClient.Post(new Uri(head.Url), body, head.Batch ? CloudEvents.Batch : CloudEvents.One);
            request.Headers.Add(WebhookSignature.IdHeader, name);
            request.Headers.Add(WebhookSignature.TimeHeader, at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
            request.Headers.Add(
                WebhookSignature.SignatureHeader, WebhookSignature.Of(secrets, name, at.ToUnixTimeSeconds(), body.Span));
            return request;
        }
    }
}
