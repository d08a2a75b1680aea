using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansRegistry.Benchmarks;

/// <summary>Readers of server-sent events over connections of their own, which one thread serves. They note when each id came.</summary>
internal sealed class StreamReaders : IDisposable
{
    private const int Microseconds = 100_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<Socket, Connection> connections;
    private readonly Thread thread;
    private volatile bool isEnding;
    private Exception? fault;

    /// <param name="requests">One for each stream.</param>
    public StreamReaders(IPEndPoint to, IReadOnlyList<byte[]> requests)
    {
        connections = requests.Select((request, number) => new Connection(to, number, request)).ToDictionary(connection => connection.Socket);
        thread = new Thread(Run) { IsBackground = true };
        thread.Start();
    }

    /// <summary>The timestamp at which the event came that has this id, by the number of its stream.</summary>
    public ConcurrentDictionary<(int Stream, long Id), long> Came { get; } = new();

    /// <summary>Returns once each stream has had its first event.</summary>
    public async Task BegunAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (Came.Keys.Select(key => key.Stream).Distinct().Count() < connections.Count)
        {
            if (fault is not null || Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new InvalidOperationException($"{connections.Count:N0} streams did not begin.", fault);
            }

            await Task.Delay(50);
        }
    }

    public void Dispose()
    {
        isEnding = true;
        thread.Join();
        foreach (var socket in connections.Keys)
        {
            socket.Dispose();
        }
    }

    private void Run()
    {
        try
        {
            var ready = new List<Socket>(connections.Count);
            while (!isEnding)
            {
                ready.Clear();
                ready.AddRange(connections.Keys);
                Socket.Select(ready, null, null, Microseconds);
                foreach (var socket in ready)
                {
                    var connection = connections[socket];
                    foreach (var id in connection.Receive())
                    {
                        Came.TryAdd((connection.Number, id), Stopwatch.GetTimestamp());
                    }
                }
            }
        }
        catch (Exception caught) when (caught is SocketException or InvalidOperationException)
        {
            fault = caught;
        }
    }

    private sealed class Connection
    {
        private readonly byte[] buffer = new byte[8 * 1024];
        private int length;

        public Connection(IPEndPoint to, int number, byte[] request)
        {
            Number = number;
            Socket.Connect(to);
            Socket.Send(request);
        }

        public int Number { get; }

        public Socket Socket { get; } = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        /// <summary>Reads what is there, and gives the ids in the whole lines of it.</summary>
        public List<long> Receive()
        {
            var read = Socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None);
            if (read == 0)
            {
                throw new InvalidOperationException($"A stream ended: {Encoding.UTF8.GetString(buffer, 0, length)}");
            }

            length += read;
            var ids = new List<long>();
            var rest = buffer.AsSpan(0, length);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            {
                if (rest.StartsWith("id: "u8))
                {
                    ids.Add(long.Parse(rest[4..end], CultureInfo.InvariantCulture));
                }
            }

            // A line that is longer than the buffer has no id.
            length = rest.Length < buffer.Length ? rest.Length : 0;
            rest[..length].CopyTo(buffer);
            return ids;
        }
    }
}
