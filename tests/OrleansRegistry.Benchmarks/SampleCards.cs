using System.Text;
using OrleansRegistry.Model;

namespace OrleansRegistry.Benchmarks;

/// <summary>Agent cards of 700 bytes, alike as cards of one organization are: shared tags, skills of their own.</summary>
internal static class SampleCards
{
    private const int Size = 700;

    public static string IdOf(int i) => $"agent-{i:000000}";

    public static byte[] Card(int i, int version = 0)
    {
        var start = $$"""
            {"name":"{{IdOf(i)}}","description":"Answers questions about topic {{i % 977}} for team {{i % 31}}, change {{version}}.","version":"1.0.{{version}}","supportedInterfaces":[{"url":"https://agents.example.com/{{i}}","protocolBinding":"JSONRPC","protocolVersion":"1.0"}],"capabilities":{"streaming":true,"pushNotifications":false},"defaultInputModes":["text/plain"],"defaultOutputModes":["text/plain"],"skills":[{"id":"topic-{{i % 977}}-answers","name":"Answers","description":"Answers one question at a time","tags":["topic-{{i % 97}}","qa","team-{{i % 31}}"]}],"documentationUrl":"https://docs.example.com/
            """.Trim();
        return Encoding.UTF8.GetBytes(start.PadRight(Size - 2, 'x') + "\"}");
    }

    public static AgentRegistration Registration(int i, int version = 0) => new(Card(i, version));
}
