using System.Net;
using System.Text.Json;

namespace OrleansRegistry.ClusterTests;

/// <summary>Readers of event streams, one a task or context, that come back with Last-Event-ID at any replica whenever their stream ends.</summary>
/// <param name="paths">Of each task or context.</param>
internal sealed class Followers(IReadOnlyList<string> paths, Uri[] addresses, Random random) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Well over the time between two comments.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(25);

    private readonly HttpClient http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
    private readonly CancellationTokenSource ending = new();
    private readonly Dictionary<string, Follower> followers = paths.ToDictionary(
        path => path,
        path => new Follower(path, random.Next()),
        StringComparer.Ordinal);
    private Task[] running = [];

    public int Events => followers.Values.Sum(follower => follower.Messages.Count);

    /// <summary>How often a stream was refused.</summary>
    public int Refusals => followers.Values.Sum(follower => follower.Refusals);

    public int Streams => followers.Values.Sum(follower => follower.Streams);

    public void Start() => running = [.. followers.Values.Select(follower => Task.Run(() => FollowAsync(follower)))];

    /// <summary>Waits until every reader has heard of the last change, and holds what it heard against what is stored.</summary>
    public async Task VerifyAsync(IReadOnlyDictionary<string, StoredLog> stored)
    {
        foreach (var follower in followers.Values)
        {
            using var patience = new CancellationTokenSource(Patience);
            while (follower.Last < stored[follower.Path].Last && !Array.Exists(running, reader => reader.IsFaulted))
            {
                Assert.False(
                    patience.IsCancellationRequested,
                    $"{follower.Path} is at {stored[follower.Path].Last}, and its reader at {follower.Last}");
                await Task.Delay(20, CancellationToken.None);
            }
        }

        await ending.CancelAsync();
        await Task.WhenAll(running);
        foreach (var follower in followers.Values)
        {
            var log = stored[follower.Path];
            Assert.Equal(log.Last, follower.Last);
            Assert.All(
                follower.Messages,
                heard => Assert.Equal((heard.Key, heard.Value), (heard.Key, log.Messages[(int)(heard.Key - log.Before) - 1])));
        }
    }

    public void Dispose()
    {
        http.Dispose();
        ending.Dispose();
    }

    private async Task FollowAsync(Follower follower)
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await ReadAsync(follower);
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
            {
                // The replica is gone, silent, or on its way out.
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task ReadAsync(Follower follower)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(addresses[follower.Choices.Next(addresses.Length)], $"{follower.Path}/events"));
        if (follower.Last > 0)
        {
            request.Headers.Add("Last-Event-ID", $"{follower.Last}");
        }

        using var silence = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        silence.CancelAfter(Silence);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{follower.Path}: {answer.StatusCode}");
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            follower.Refusals++;
            return;
        }

        follower.Streams++;
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(silence.Token));
        var name = "";
        while (await lines.ReadLineAsync(silence.Token) is { } line)
        {
            silence.CancelAfter(Silence);
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line["event: ".Length..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                follower.Take(name, JsonDocument.Parse(line["data: ".Length..]).RootElement);
            }
        }
    }

    private sealed class Follower(string path, int seed)
    {
        private long last;

        public string Path => path;

        public Random Choices { get; } = new(seed);

        /// <summary>The generation of the last event.</summary>
        public long Last => Volatile.Read(ref last);

        public int Streams { get; set; }

        public int Refusals { get; set; }

        /// <summary>The newest message as of each generation that was heard of.</summary>
        public Dictionary<long, string> Messages { get; } = [];

        public void Take(string name, JsonElement data)
        {
            if (name == "bye")
            {
                return;
            }

            var generation = data.GetProperty("generation").GetInt64();
            var isWhole = name is "task" or "context";
            var inOrder = isWhole ? generation >= last : generation == last + 1 && name == "update";
            Assert.True(inOrder, $"{path}: '{name}' of generation {generation} came after {last}");
            if (name != "context")
            {
                Messages[generation] = Stored.MessageIdOf(data.GetProperty(isWhole ? "history" : "messages").EnumerateArray().Last());
            }

            Volatile.Write(ref last, generation);
        }
    }
}
