using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansRegistry.Rest.Agents.Versions;
using OrleansRegistry.Rest.Liveness;
using OrleansRegistry.Rest.Probes;
using OrleansRegistry.Rest.Trust;
using OrleansRegistry.Rest.Vectors;

namespace OrleansRegistry.Rest.Agents;

/// <summary>Writes an agent as answers show it, the card as the bytes that were sent.</summary>
internal static class AgentJson
{
    private static ReadOnlySpan<byte> CardPart => "{\"agent_card\":"u8;

    private static ReadOnlySpan<byte> CredentialsPart => ",\"credentials_for\":[\""u8;

    private static ReadOnlySpan<byte> NextOriginPart => "\",\""u8;

    private static ReadOnlySpan<byte> CredentialsEnd => "\"]"u8;

    private static ReadOnlySpan<byte> IdPart => ",\"agent_id\":\""u8;

    private static ReadOnlySpan<byte> EnabledPart => "\",\"enabled\":true,\"revision\":"u8;

    private static ReadOnlySpan<byte> DisabledPart => "\",\"enabled\":false,\"revision\":"u8;

    private static ReadOnlySpan<byte> CreatedPart => ",\"created_at\":\""u8;

    private static ReadOnlySpan<byte> UpdatedPart => "\",\"updated_at\":\""u8;

    private static ReadOnlySpan<byte> ListedPart => "\",\"delivery\":\"listed"u8;

    private static ReadOnlySpan<byte> WorkerPart => "\",\"delivery\":\"worker"u8;

    private static ReadOnlySpan<byte> ForwardPart => "\",\"delivery\":\"forward"u8;

    private static ReadOnlySpan<byte> OwnerPart => "\",\"owner\":\""u8;

    private static ReadOnlySpan<byte> WorkersPart => "\",\"workers\":[\""u8;

    private static ReadOnlySpan<byte> NextWorkerPart => "\",\""u8;

    private static ReadOnlySpan<byte> WorkersEnd => "\"]}"u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    /// <summary>How many bytes <see cref="WriteRecord(IBufferWriter{byte}, AgentRecord)"/> writes.</summary>
    public static int Measure(AgentRecord agent) =>
        CardPart.Length + agent.Card.Length + AgentLifeCycleJson.Of(agent).Length + AgentVersionJson.Of(agent).Length
            + AgentSourceJson.Of(agent.Source).Length + AgentActivityJson.Of(agent.Activity).Length
            + LeaseJson.Of(agent).Length + AgentVectorJson.Of(agent.Vectors).Length + ProbeJson.Of(agent.Probe).Length
            + SignatureJson.Of(agent.Signature).Length + TrustJson.Of(agent).Length
            + SharingJson.Of(agent.Sharing).Length + MeasureTail(agent, new JsonName(agent.Id));

    public static void WriteRecord(IBufferWriter<byte> output, AgentRecord agent)
    {
        output.Write(CardPart);
        output.Write(agent.Card.Span);
        output.Write(AgentLifeCycleJson.Of(agent));
        output.Write(AgentVersionJson.Of(agent));
        output.Write(AgentSourceJson.Of(agent.Source));
        output.Write(AgentActivityJson.Of(agent.Activity));
        output.Write(LeaseJson.Of(agent));
        output.Write(AgentVectorJson.Of(agent.Vectors));
        output.Write(ProbeJson.Of(agent.Probe));
        output.Write(SignatureJson.Of(agent.Signature));
        output.Write(TrustJson.Of(agent));
        output.Write(SharingJson.Of(agent.Sharing));
        var id = new JsonName(agent.Id);
        var length = MeasureTail(agent, id);
        var tail = output.GetSpan(length)[..length];
        for (var i = 0; i < agent.CredentialOrigins.Count; i++)
        {
            tail = tail[Put(tail, i == 0 ? CredentialsPart : NextOriginPart)..];
            tail = tail[new JsonName(agent.CredentialOrigins[i]).CopyTo(tail)..];
        }

        tail = tail[Put(tail, agent.CredentialOrigins.Count > 0 ? CredentialsEnd : [])..];
        tail = tail[Put(tail, IdPart)..];
        tail = tail[id.CopyTo(tail)..];
        tail = tail[Put(tail, agent.Enabled ? EnabledPart : DisabledPart)..];
        Utf8Formatter.TryFormat(agent.Revision, tail, out var digits);
        tail = tail[digits..];
        tail = tail[Put(tail, CreatedPart)..];
        JsonTime.Write(tail, agent.CreatedAt);
        tail = tail[JsonTime.Length..];
        tail = tail[Put(tail, UpdatedPart)..];
        JsonTime.Write(tail, agent.UpdatedAt);
        tail = tail[JsonTime.Length..];
        tail = tail[Put(tail, DeliveryPart(agent))..];
        if (agent.Owner is { } owner)
        {
            tail = tail[Put(tail, OwnerPart)..];
            tail = tail[new JsonName(owner).CopyTo(tail)..];
        }

        for (var i = 0; i < agent.Workers.Count; i++)
        {
            tail = tail[Put(tail, i == 0 ? WorkersPart : NextWorkerPart)..];
            tail = tail[new JsonName(agent.Workers[i]).CopyTo(tail)..];
        }

        Put(tail, agent.Workers.Count > 0 ? WorkersEnd : End);
        output.Advance(length);
    }

    private static int MeasureTail(AgentRecord agent, in JsonName id) =>
        MeasureOrigins(agent.CredentialOrigins)
        + IdPart.Length + id.Length + (agent.Enabled ? EnabledPart : DisabledPart).Length + Digits(agent.Revision)
        + CreatedPart.Length + JsonTime.Length + UpdatedPart.Length + JsonTime.Length + DeliveryPart(agent).Length
        + (agent.Owner is { } owner ? OwnerPart.Length + new JsonName(owner).Length : 0) + MeasureWorkers(agent.Workers);

    private static ReadOnlySpan<byte> DeliveryPart(AgentRecord agent) => agent.EffectiveDelivery switch
    {
        AgentDelivery.Worker => WorkerPart,
        AgentDelivery.Forward => ForwardPart,
        _ => ListedPart,
    };

    private static int MeasureOrigins(IReadOnlyList<string> origins)
    {
        var length = origins.Count > 0 ? CredentialsEnd.Length : 0;
        for (var i = 0; i < origins.Count; i++)
        {
            length += (i == 0 ? CredentialsPart : NextOriginPart).Length + new JsonName(origins[i]).Length;
        }

        return length;
    }

    private static int MeasureWorkers(IReadOnlyList<string> workers)
    {
        var length = workers.Count > 0 ? WorkersEnd.Length : End.Length;
        for (var i = 0; i < workers.Count; i++)
        {
            length += (i == 0 ? WorkersPart.Length : NextWorkerPart.Length) + new JsonName(workers[i]).Length;
        }

        return length;
    }

    private static int Digits(long value)
    {
        var digits = value < 0 ? 2 : 1;
        for (value = Math.Abs(value); value >= 10; value /= 10)
        {
            digits++;
        }

        return digits;
    }

    private static int Put(Span<byte> output, ReadOnlySpan<byte> text)
    {
        text.CopyTo(output);
        return text.Length;
    }

    /// <summary>An id as the inside of a JSON string. Most are plain ASCII and need no buffer.</summary>
    private readonly ref struct JsonName
    {
        private static readonly SearchValues<char> Plain = SearchValues.Create(
            " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

        private readonly string text;
        private readonly ReadOnlySpan<byte> escaped;

        public JsonName(string text)
        {
            this.text = text;
            var isPlain = text.AsSpan().IndexOfAnyExcept(Plain) < 0;
            escaped = isPlain ? default : JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
            Length = isPlain ? text.Length : escaped.Length;
        }

        public int Length { get; }

        public int CopyTo(Span<byte> output)
        {
            if (escaped.IsEmpty)
            {
                System.Text.Ascii.FromUtf16(text, output, out _);
            }
            else
            {
                escaped.CopyTo(output);
            }

            return Length;
        }
    }
}
