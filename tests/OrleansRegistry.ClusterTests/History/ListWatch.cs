using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrleansRegistry.ClusterTests;

/// <summary>
/// Clients that make and delete tasks in one context, and others that list it page by page through all replicas: a list has what was there all the
/// while that it was read, and nothing that never was, or was gone before.
/// </summary>
internal sealed class ListWatch(string context, Uri[] addresses, Random random)
{
    private readonly ConcurrentDictionary<string, Life> tasks = new(StringComparer.Ordinal);
    private readonly int[] seeds = [random.Next(), random.Next(), random.Next()];
    private volatile bool ending;
    private Task[] running = [];
    private int failed;

    public int Lists { get; private set; }

    /// <inheritdoc cref="ClientLoad.Failed"/>
    public int Failed => Volatile.Read(ref failed);

    public void Start() =>
        running = [.. seeds.Select((seed, i) => Task.Run(() => i == 0 ? ListAllAsync(new Random(seed)) : ChangeAsync(i, new Random(seed))))];

    public async Task StopAsync()
    {
        ending = true;
        await Task.WhenAll(running);
    }

    /// <summary>Every replica lists what there is now.</summary>
    public async Task VerifyAsync()
    {
        using var client = new Client(addresses);
        for (var replica = 0; replica < client.Replicas; replica++)
        {
            Assert.True(await ListAsync(client, replica, pageSize: 7));
        }
    }

    private async Task ChangeAsync(int number, Random choices)
    {
        using var client = new Client(addresses, seconds: 15);
        for (var turn = 0; !ending; turn++)
        {
            var id = $"{context}-{number}-{turn}";
            var life = tasks[id] = new Life { BeginsAt = Stopwatch.GetTimestamp() };
            var made = await client.SendAsync(choices.Next(client.Replicas), HttpMethod.Post, "/tasks", new
            {
                taskId = id,
                contextId = context,
                message = new { messageId = id, role = "ROLE_USER", parts = new[] { new { text = id } } },
            });
            Assert.NotEqual(Outcome.Refused, made.Outcome);
            Count(made);
            life.Made(made.Outcome);
            if (made.Outcome == Outcome.Done && choices.Next(2) == 0)
            {
                life.EndsFrom = Stopwatch.GetTimestamp();
                var deleted = await client.SendAsync(choices.Next(client.Replicas), HttpMethod.Delete, $"/tasks/{id}");
                Count(deleted);
                life.GoneAt = deleted.Outcome == Outcome.Done ? Stopwatch.GetTimestamp() : long.MaxValue;
            }

            await Task.Delay(choices.Next(60, 160));
        }
    }

    private async Task ListAllAsync(Random choices)
    {
        using var client = new Client(addresses, seconds: 15);
        while (!ending)
        {
            Lists += await ListAsync(client, choices.Next(client.Replicas), choices.Next(5, 100)) ? 1 : 0;
            await Task.Delay(choices.Next(100, 300));
        }
    }

    /// <returns>False where some page could not be had.</returns>
    private async Task<bool> ListAsync(Client client, int replica, int pageSize)
    {
        var (began, listed) = (Stopwatch.GetTimestamp(), new List<string>());
        var before = tasks.ToArray();
        for (var token = ""; ;)
        {
            var page = await client.SendAsync(replica, HttpMethod.Get, $"/tasks?context_id={context}&count_total=false&page_size={pageSize}{token}");
            if (page.Outcome != Outcome.Done)
            {
                Count(page);
                return false;
            }

            listed.AddRange(page.Body.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("id").GetString()!));
            if (page.Body.GetProperty("nextPageToken").GetString() is not { Length: > 0 } next)
            {
                break;
            }

            token = $"&page_token={Uri.EscapeDataString(next)}";
        }

        var ended = Stopwatch.GetTimestamp();
        Assert.Equal(listed.Count, listed.Distinct(StringComparer.Ordinal).Count());
        var missing = before.Where(task => task.Value.MadeAt < began && task.Value.EndsFrom > ended).Select(task => task.Key)
            .Except(listed, StringComparer.Ordinal);
        Assert.True(!missing.Any(), $"not listed: {string.Join(' ', missing)}");
        var phantoms = listed.Where(id => !tasks.TryGetValue(id, out var life) || life.GoneAt < began || life.BeginsAt > ended);
        Assert.True(!phantoms.Any(), $"listed, though not there: {string.Join(' ', phantoms)}");
        return true;
    }

    private void Count(Answer answer) => Interlocked.Add(ref failed, answer.Outcome == Outcome.Unknown ? 1 : 0);

    /// <summary>
    /// When a task came and went, as far as its client knows. It may be there from the first of these times on, is from the second to the third, and
    /// is gone after the last.
    /// </summary>
    private sealed class Life
    {
        private long madeAt = long.MaxValue;
        private long endsFrom = long.MaxValue;
        private long goneAt = long.MaxValue;

        public long BeginsAt { get; init; }

        public long MadeAt => Volatile.Read(ref madeAt);

        public long EndsFrom
        {
            get => Volatile.Read(ref endsFrom);
            set => Volatile.Write(ref endsFrom, value);
        }

        public long GoneAt
        {
            get => Volatile.Read(ref goneAt);
            set => Volatile.Write(ref goneAt, value);
        }

        /// <summary>Where nothing was sent, it never is.</summary>
        public void Made(Outcome outcome)
        {
            Volatile.Write(ref madeAt, outcome == Outcome.Done ? Stopwatch.GetTimestamp() : long.MaxValue);
            GoneAt = outcome == Outcome.NotSent ? 0 : long.MaxValue;
        }
    }
}
