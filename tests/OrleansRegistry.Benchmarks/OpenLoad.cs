using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// Sends requests at the times when they are due, whether or not others are answered yet, as callers do that know nothing of one another. A request's time
/// counts from when it was due.
/// </summary>
internal sealed class OpenLoad : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Socket, Connection> connections;

    public OpenLoad(IPEndPoint to, int count)
    {
        connections = Enumerable.Range(0, count).Select(_ => new Connection(to)).ToDictionary(connection => connection.Socket);
    }

    /// <param name="rate">Requests a second on average; they come at random.</param>
    /// <param name="request">Given its number.</param>
    public Task<OpenTimes> RunAsync(double rate, TimeSpan turn, Func<int, byte[]> request) => Task.Factory.StartNew(
        () => Run(rate, turn, request), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose()
    {
        foreach (var socket in connections.Keys)
        {
            socket.Dispose();
        }
    }

    private OpenTimes Run(double rate, TimeSpan turn, Func<int, byte[]> request)
    {
        var random = new Random(17);
        var idle = new Stack<Connection>(connections.Values);
        var asking = new HashSet<Socket>();
        var ready = new List<Socket>();
        var (accepted, refused) = (new List<double>(), new List<double>());
        var started = Stopwatch.GetTimestamp();
        var due = TimeSpan.Zero;
        for (var sent = 0; due < turn || asking.Count > 0;)
        {
            while (due < turn && Stopwatch.GetElapsedTime(started) >= due && idle.TryPop(out var free))
            {
                free.Send(request(sent++), due);
                asking.Add(free.Socket);
                due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / rate);
            }

            var pause = due < turn && idle.Count > 0 ? due - Stopwatch.GetElapsedTime(started) : Patience;
            if (asking.Count == 0)
            {
                SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(started) >= due);
                continue;
            }

            ready.Clear();
            ready.AddRange(asking);
            Socket.Select(ready, null, null, pause > TimeSpan.Zero ? pause : TimeSpan.Zero);
            foreach (var connection in ready.Select(socket => connections[socket]))
            {
                if (connection.Receive() is { } status)
                {
                    var took = (Stopwatch.GetElapsedTime(started) - connection.Due).TotalMilliseconds;
                    var kind = status is 200 or 201 ? accepted : status is 429 or 503 ? refused : null;
                    (kind ?? throw new InvalidOperationException($"HTTP {status}")).Add(took);
                    asking.Remove(connection.Socket);
                    idle.Push(connection);
                }
            }
        }

        accepted.Sort();
        refused.Sort();
        return new OpenTimes(accepted, refused, Stopwatch.GetElapsedTime(started));
    }

    private sealed class Connection
    {
        private readonly byte[] buffer = new byte[256 * 1024];
        private int length;

        public Connection(IPEndPoint to) => Socket.Connect(to);

        public Socket Socket { get; } = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public TimeSpan Due { get; private set; }

        public void Send(byte[] request, TimeSpan due)
        {
            (length, Due) = (0, due);
            Socket.Send(request);
        }

        /// <returns>The status of the answer, once it is whole.</returns>
        public int? Receive()
        {
            length += Socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None) is > 0 and var read
                ? read
                : throw new InvalidOperationException("The server closed the connection.");
            var answer = buffer.AsSpan(0, length);
            var whole = HttpLoad.WholeLength(answer);
            return whole >= 0 && length >= whole ? ((answer[9] - '0') * 100) + ((answer[10] - '0') * 10) + answer[11] - '0' : null;
        }
    }
}

/// <param name="Accepted">In milliseconds, the shortest first.</param>
/// <param name="Refused">The same of those that were refused.</param>
internal sealed record OpenTimes(IReadOnlyList<double> Accepted, IReadOnlyList<double> Refused, TimeSpan Took)
{
    public double P99 => Accepted[(int)(Accepted.Count * 0.99)];

    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"p50 {Accepted[Accepted.Count / 2]:0.0} ms, p99 {P99:0.0} ms; {Accepted.Count / Took.TotalSeconds:N0} /s accepted, "
            + $"{Refused.Count / Took.TotalSeconds:N0} /s refused");
}
