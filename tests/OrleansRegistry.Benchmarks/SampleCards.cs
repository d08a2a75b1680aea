using System.Globalization;
using System.Text;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// Agent cards of 700 bytes, alike as cards of one organization are: shared tags, skills shared by some. They are stamped from
/// templates, so that making them costs little of what is measured.
/// </summary>
internal static class SampleCards
{
    private const int Size = 700;
    private const int Kinds = 977;
    private const int Topics = 97;
    private const string Digits = "00000000";

    private static readonly byte[][] Templates = [.. Enumerable.Range(0, Kinds).Select(Template)];

    public static string IdOf(int i) => $"agent-{i:00000000}";

    /// <summary>The number of the agent's topic, which is a tag of it: <c>topic-12</c>. Below 97.</summary>
    public static int TopicOf(int i) => i % Kinds % Topics;

    /// <param name="version">A digit that stands in the card, to tell one change from another.</param>
    public static byte[] Card(int i, int version = 0)
    {
        var card = (byte[])Templates[i % Kinds].Clone();
        Renumber(card, i);
        card[card.AsSpan().IndexOf("change "u8) + "change ".Length] = (byte)('0' + (version % 10));
        return card;
    }

    /// <summary>The body of <c>POST /agents</c>.</summary>
    public static byte[] Envelope(int i, int version = 0) => [.. "{\"agent_card\":"u8, .. Card(i, version), (byte)'}'];

    /// <summary>Makes the card that begins here that of another agent.</summary>
    public static void Renumber(Span<byte> card, int i)
    {
        Stamp(card, "agent-"u8, i);
        Stamp(card, "agents.example.com/"u8, i);
    }

    public static AgentRegistration Registration(int i, int version = 0) => new(Card(i, version));

    private static void Stamp(Span<byte> card, ReadOnlySpan<byte> before, int i) =>
        i.TryFormat(card.Slice(card.IndexOf(before) + before.Length, Digits.Length), out _, "00000000", CultureInfo.InvariantCulture);

    private static byte[] Template(int kind)
    {
        var start = $$"""
            {"name":"agent-{{Digits}}","description":"Answers questions about topic {{kind}} for team {{kind % 31}}, change 0.","version":"1.0",
            "supportedInterfaces":[{"url":"https://agents.example.com/{{Digits}}","protocolBinding":"JSONRPC","protocolVersion":"1.0"}],
            "capabilities":{"streaming":true,"pushNotifications":false},"defaultInputModes":["text/plain"],"defaultOutputModes":["text/plain"],
            "skills":[{"id":"topic-{{kind}}-answers","name":"Answers","description":"Answers one question at a time","tags":[
            "topic-{{kind % Topics}}","qa","team-{{kind % 31}}"]}],"documentationUrl":"https://docs.example.com/
            """.Trim();
        return Encoding.UTF8.GetBytes(start.PadRight(Size - 2, 'x') + "\"}");
    }
}
