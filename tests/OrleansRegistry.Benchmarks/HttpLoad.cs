using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// Keep-alive connections that send prepared requests, each one after the other, and read each answer whole. One thread serves them all, so that
/// the load costs little of the machine that it measures.
/// </summary>
internal sealed class HttpLoad : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Socket, Connection> connections;

    /// <param name="to">One for each connection.</param>
    public HttpLoad(IEnumerable<IPEndPoint> to)
    {
        connections = to.Select((endpoint, number) => new Connection(endpoint, number)).ToDictionary(connection => connection.Socket);
    }

    /// <param name="headers">More of them, each with its line end.</param>
    public static byte[] Get(string path, string headers = "") =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");

    /// <inheritdoc cref="Get"/>
    public static byte[] Post(string path, ReadOnlySpan<byte> json, string headers = "") => WithBody("POST", path, json, headers);

    public static byte[] Patch(string path, ReadOnlySpan<byte> json) => WithBody("PATCH", path, json);

    /// <summary>How many requests were answered in the last turn.</summary>
    public long Answered => connections.Values.Sum(connection => (long)connection.Answered);

    /// <summary>How often a second the connections get their requests answered.</summary>
    /// <param name="request">Given the connection's number and how often it asked before in this turn.</param>
    /// <exception cref="InvalidOperationException">An answer is not 200 or 201.</exception>
    public Task<double> Rate(Func<int, int, byte[]> request, TimeSpan? turn = null) =>
        Task.Factory
            .StartNew(() => Run(request, turn ?? Measure.Turn), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose()
    {
        foreach (var connection in connections.Values)
        {
            connection.Socket.Dispose();
        }
    }

    private static byte[] WithBody(string method, string path, ReadOnlySpan<byte> json, string headers = "") =>
    [
        .. Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n"),
        .. json,
    ];

    /// <summary>Head and body together; -1 as long as the head is not whole.</summary>
    internal static int WholeLength(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return -1;
        }

        var at = answer[..head].IndexOf("Content-Length: "u8);
        if (at < 0 && answer[..head].IndexOf("chunked"u8) > 0)
        {
            return answer.EndsWith("\r\n0\r\n\r\n"u8) ? answer.Length : -1;
        }

        if (at < 0)
        {
            throw new InvalidOperationException("An answer without Content-Length: " + Encoding.ASCII.GetString(answer[..head]));
        }

        var digits = answer[(at + "Content-Length: ".Length)..head];
        var end = digits.IndexOf((byte)'\r');
        return head + 4 + int.Parse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private double Run(Func<int, int, byte[]> request, TimeSpan turn)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var connection in connections.Values)
        {
            connection.Answered = 0;
            connection.Send(request(connection.Number, 0));
        }

        var asking = connections.Keys.ToHashSet();
        var ready = new List<Socket>(asking.Count);
        while (asking.Count > 0)
        {
            ready.Clear();
            ready.AddRange(asking);
            Socket.Select(ready, null, null, Patience);
            if (ready.Count == 0)
            {
                throw new InvalidOperationException($"No answer within {Patience.TotalSeconds:0} s.");
            }

            foreach (var socket in ready)
            {
                var connection = connections[socket];
                if (!connection.Receive())
                {
                    continue;
                }

                if (Stopwatch.GetElapsedTime(started) < turn)
                {
                    connection.Send(request(connection.Number, connection.Answered));
                }
                else
                {
                    asking.Remove(socket);
                }
            }
        }

        return connections.Values.Sum(connection => connection.Answered) / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private sealed class Connection
    {
        private byte[] buffer = new byte[64 * 1024];
        private int length;
        private int whole;

        public Connection(IPEndPoint to, int number)
        {
            Number = number;
            Socket.Connect(to);
        }

        public int Number { get; }

        public Socket Socket { get; } = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public int Answered { get; set; }

        public void Send(byte[] request)
        {
            (length, whole) = (0, -1);
            Socket.Send(request);
        }

        /// <summary>Reads what is there.</summary>
        /// <returns>Whether the answer is whole.</returns>
        public bool Receive()
        {
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var read = Socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None);
            if (read == 0)
            {
                throw new InvalidOperationException("The server closed the connection.");
            }

            length += read;
            whole = whole < 0 ? WholeLength(buffer.AsSpan(0, length)) : whole;
            if (whole < 0 || length < whole)
            {
                return false;
            }

            if (!buffer.AsSpan().StartsWith("HTTP/1.1 20"u8))
            {
                throw new InvalidOperationException(Encoding.UTF8.GetString(buffer.AsSpan(0, length)));
            }

            Answered++;
            return true;
        }
    }
}
