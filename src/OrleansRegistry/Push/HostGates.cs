namespace OrleansRegistry.Push;

/// <summary>
/// Lets so many calls to other hosts run at once, and so many to one host; whoever waits gets a turn in the order of coming, hosts in turn. Hosts
/// that answer fast have room of their own, which no others take: those that are slow, gone or not known yet hold up only one another.
/// </summary>
/// <param name="most">The most that run at once.</param>
/// <param name="mostOfHost">The most to one host.</param>
internal sealed class HostGates(int most, int mostOfHost)
{
    /// <summary>So many hosts may be remembered that nobody calls now.</summary>
    private const int MaxIdle = 10_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Host> hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Room trusted = new(most - (most / 4));
    private readonly Room others = new(most / 4);

    private Room RoomOf(Host host) => host.IsFast ? trusted : others;

    private int MostOf(Host host) => host.IsFast ? mostOfHost : Math.Max(1, mostOfHost / 4);

    /// <summary>Waits for a turn, which ends when it is disposed.</summary>
    public async Task<Turn> EnterAsync(string name, CancellationToken cancellationToken)
    {
        var waiter = new TaskCompletionSource<Turn>(TaskCreationOptions.RunContinuationsAsynchronously);
        Host? host;
        lock (gate)
        {
            if (!hosts.TryGetValue(name, out host))
            {
                hosts.Add(name, host = new Host(name));
            }

            host.Waiting.AddLast(waiter);
            Offer(host);
        }

        using var cancelled = cancellationToken.UnsafeRegister(_ => GiveUp(host, waiter, cancellationToken), null);
        return await waiter.Task;
    }

    private void GiveUp(Host host, TaskCompletionSource<Turn> waiter, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (host.Waiting.Remove(waiter))
            {
                Forget(host);
                waiter.SetCanceled(cancellationToken);
            }
        }
    }

    private void Leave(Host host, Room room, bool isFast)
    {
        lock (gate)
        {
            room.Running--;
            host.Running--;
            host.IsFast = isFast;
            Offer(host);
            Serve(room);
            Forget(host);
        }
    }

    /// <summary>Puts a host in line that may have another turn, and gives what turns there are.</summary>
    private void Offer(Host host)
    {
        var room = RoomOf(host);
        Line(host, room);
        Serve(room);
    }

    private void Line(Host host, Room room)
    {
        if (host.Waiting.Count > 0 && host.Running < MostOf(host) && host.InLineOf != room)
        {
            host.InLineOf = room;
            room.Line.Enqueue(host);
        }
    }

    private void Serve(Room room)
    {
        while (room.Running < room.Most && room.Line.TryDequeue(out var host))
        {
            host.InLineOf = host.InLineOf == room ? null : host.InLineOf;

            // One that became fast or slow while it stood here stands in the other line by now.
            if (host.Waiting.First is not { } first || host.Running >= MostOf(host) || room != RoomOf(host))
            {
                continue;
            }

            host.Waiting.RemoveFirst();
            host.Running++;
            room.Running++;
            first.Value.SetResult(new Turn(this, host, room));
            Line(host, room);
        }
    }

    private void Forget(Host host)
    {
        if (host is { Running: 0, Waiting.Count: 0 } && (!host.IsFast || hosts.Count > MaxIdle))
        {
            hosts.Remove(host.Name);
        }
    }

    /// <summary>The right to make one call to a host.</summary>
    public sealed class Turn : IDisposable
    {
        private readonly HostGates gates;
        private readonly Host host;
        private readonly Room room;

        internal Turn(HostGates gates, Host host, Room room)
        {
            this.gates = gates;
            this.host = host;
            this.room = room;
        }

        /// <summary>Set where the call was answered, and fast.</summary>
        public bool WasFast { get; set; }

        public void Dispose() => gates.Leave(host, room, WasFast);
    }

    internal sealed class Host(string name)
    {
        public string Name => name;

        public LinkedList<TaskCompletionSource<Turn>> Waiting { get; } = [];

        public int Running { get; set; }

        /// <summary>It answered its last call, and fast.</summary>
        public bool IsFast { get; set; }

        public Room? InLineOf { get; set; }
    }

    internal sealed class Room(int most)
    {
        public int Most => most;

        public int Running { get; set; }

        public Queue<Host> Line { get; } = new();
    }
}
