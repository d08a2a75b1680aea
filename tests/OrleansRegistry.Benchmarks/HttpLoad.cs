using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// One keep-alive connection that sends prepared requests one after the other and reads each answer whole. Leaner than
/// HttpClient, so that the load costs less of the machine that it measures.
/// </summary>
internal sealed class HttpLoad : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] buffer = new byte[64 * 1024];

    public static async Task<HttpLoad[]> ConnectAsync(IPEndPoint to, int connections)
    {
        var all = new HttpLoad[connections];
        for (var i = 0; i < connections; i++)
        {
            all[i] = new HttpLoad();
            await all[i].socket.ConnectAsync(to);
        }

        return all;
    }

    public static byte[] Get(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    public static byte[] Post(string path, ReadOnlySpan<byte> json) =>
        [.. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n"), .. json];

    /// <exception cref="InvalidOperationException">The answer is not 200.</exception>
    public async Task CallAsync(byte[] request)
    {
        await socket.SendAsync(request, SocketFlags.None);
        var length = 0;
        var whole = -1;
        while (whole < 0 || length < whole)
        {
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var read = await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None);
            if (read == 0)
            {
                throw new InvalidOperationException("The server closed the connection.");
            }

            length += read;
            whole = whole < 0 ? WholeLength(buffer.AsSpan(0, length)) : whole;
        }

        if (!buffer.AsSpan().StartsWith("HTTP/1.1 200"u8))
        {
            throw new InvalidOperationException(Encoding.UTF8.GetString(buffer.AsSpan(0, length)));
        }
    }

    public void Dispose() => socket.Dispose();

    /// <summary>Head and body together, by Content-Length; -1 as long as the head is not whole.</summary>
    private static int WholeLength(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return -1;
        }

        var at = answer[..head].IndexOf("Content-Length: "u8);
        if (at < 0)
        {
            throw new InvalidOperationException("An answer without Content-Length: " + Encoding.ASCII.GetString(answer[..head]));
        }

        var digits = answer[(at + "Content-Length: ".Length)..head];
        var end = digits.IndexOf((byte)'\r');
        return head + 4 + int.Parse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
