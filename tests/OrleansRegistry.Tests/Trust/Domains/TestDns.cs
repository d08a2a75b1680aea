using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansRegistry.Tests.Trust.Domains;

/// <summary>A DNS server that knows some TXT records, on loopback.</summary>
internal sealed class TestDns : IDisposable
{
    private const byte NoSuchName = 3;
    private const byte ServerFault = 2;
    private const int HeaderBytes = 12;

    private readonly UdpClient socket = new(new IPEndPoint(IPAddress.Loopback, 0));

    public TestDns() => _ = AnswerAsync();

    /// <summary>The texts at a name, each of one or more strings.</summary>
    public ConcurrentDictionary<string, string[][]> Texts { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers that it failed, whatever it is asked.</summary>
    public bool Fails { get; set; }

    public string Address => socket.Client.LocalEndPoint!.ToString()!;

    public void Put(string domain, params string[][] texts) => Texts[DomainProof.RecordPrefix + domain] = texts;

    public void Clear(string domain) => Texts.TryRemove(DomainProof.RecordPrefix + domain, out _);

    public void Dispose() => socket.Dispose();

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var asked = await socket.ReceiveAsync();
                await socket.SendAsync(AnswerTo(asked.Buffer), asked.RemoteEndPoint);
            }
        }
        catch (Exception fault) when (fault is ObjectDisposedException or SocketException)
        {
            // It is over.
        }
    }

    private byte[] AnswerTo(byte[] question)
    {
        var labels = new List<string>();
        var at = HeaderBytes;
        for (; question[at] > 0; at += question[at] + 1)
        {
            labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
        }

        var end = at + 1 + 4; // the type and the class
        var texts = Fails ? [] : Texts.GetValueOrDefault(string.Join('.', labels).ToLowerInvariant(), []);
        var code = Fails ? ServerFault : texts.Length == 0 ? NoSuchName : (byte)0;
        var answer = new List<byte> { question[0], question[1], 0x81, (byte)(0x80 | code), 0, 1, 0, (byte)texts.Length, 0, 0, 0, 0 };
        answer.AddRange(question.AsSpan(HeaderBytes, end - HeaderBytes));
        foreach (var text in texts)
        {
            byte[] data = [.. text.SelectMany(part => Encoding.ASCII.GetBytes(part).Prepend((byte)part.Length))];
            answer.AddRange([0xC0, HeaderBytes, 0, 16, 0, 1, 0, 0, 0, 0, (byte)(data.Length >> 8), (byte)data.Length, .. data]);
        }

        return [.. answer];
    }
}
