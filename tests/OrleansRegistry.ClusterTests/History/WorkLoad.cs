using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrleansRegistry.ClusterTests;

/// <summary>
/// Workers that claim the tasks of one agent through all replicas, and append messages under their leases. In each task the messages of one claim
/// stand together: what one worker does is never mixed with what the next one does. And no lease ends before its time.
/// </summary>
internal sealed class WorkLoad(string prefix, Uri[] addresses, Random random, int tasks = 3, int workers = 4)
    : ClientLoad(addresses, random, workers)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(4);

    /// <summary>What the database's time may be out by, as a replica knows it.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Outcome> messages = new(StringComparer.Ordinal);
    private readonly Uri[] addresses = addresses;
    private int claims;

    public int Claims => Volatile.Read(ref claims);

    private IEnumerable<string> Ids => Enumerable.Range(0, tasks).Select(i => $"{prefix}-{i}");

    /// <returns>How many acknowledged writes are there.</returns>
    public async Task<int> VerifyAsync()
    {
        using var client = new Client(addresses);
        foreach (var task in Ids)
        {
            var stored = await Stored.PagesAsync(client, 0, $"/tasks/{task}");
            Assert.Equal(stored.Count, stored.Distinct(StringComparer.Ordinal).Count());
            Assert.Empty(Of(task, Outcome.Done).Except(stored, StringComparer.Ordinal));
            Assert.Empty(Of(task, Outcome.Refused).Intersect(stored, StringComparer.Ordinal));
            var turns = stored.Select(ClaimOf).Where((claim, i) => i == 0 || claim != ClaimOf(stored[i - 1])).ToArray();
            Assert.True(turns.Length == turns.Distinct(StringComparer.Ordinal).Count(), $"{task}: two held it at once: {string.Join(' ', stored)}");
        }

        return messages.Values.Count(outcome => outcome == Outcome.Done);
    }

    protected override async Task PrepareAsync(Client client)
    {
        foreach (var (i, id) in Ids.Index())
        {
            var made = await client.SendAsync(
                i % client.Replicas,
                HttpMethod.Post,
                "/tasks",
                new { taskId = id, contextId = prefix, agentId = prefix, message = Message($"{id}/first/0") });
            Assert.Equal(Outcome.Done, made.Outcome);
        }
    }

    protected override async Task TurnAsync(Client client, int number, int turn, Random choices)
    {
        var began = Stopwatch.GetTimestamp();
        var claimed = await client.SendAsync(
            choices.Next(client.Replicas),
            HttpMethod.Post,
            $"/agents/{prefix}/tasks:claim",
            new { worker = $"worker-{number}", leaseSeconds = (int)Lease.TotalSeconds, waitSeconds = 1 });
        Count(claimed.Outcome);
        if (claimed is { Outcome: Outcome.Done, Status: 200 })
        {
            Interlocked.Increment(ref claims);
            await WorkAsync(
                client,
                claimed.Body.GetProperty("id").GetString()!,
                claimed.Body.GetProperty("lease").GetProperty("token").GetString()!,
                $"{number}-{turn}",
                began,
                choices);
        }
        else
        {
            await Task.Delay(choices.Next(60, 180));
        }
    }

    /// <summary>Writes now and then, and in the end gives the task back, or lets the lease run out.</summary>
    private async Task WorkAsync(Client client, string task, string token, string claim, long held, Random choices)
    {
        for (var i = choices.Next(1, 8); i > 0; i--)
        {
            await Task.Delay(choices.Next(0, 600));
            if (choices.Next(3) == 0)
            {
                var began = Stopwatch.GetTimestamp();
                var kept = await client.SendAsync(
                    choices.Next(client.Replicas),
                    HttpMethod.Post,
                    $"/tasks/{task}:renew",
                    new { leaseToken = token, leaseSeconds = (int)Lease.TotalSeconds });
                Count(kept.Outcome);
                held = kept.Outcome == Outcome.Done ? began : held;
            }

            var id = $"{task}/{claim}/{i}";
            var written = await client.SendAsync(
                choices.Next(client.Replicas),
                HttpMethod.Patch,
                $"/tasks/{task}",
                new { leaseToken = token, messages = new[] { Message(id) } });
            Count(written.Outcome);
            messages[id] = written.Outcome;
            if (written.Outcome == Outcome.Refused)
            {
                var time = Stopwatch.GetElapsedTime(held);
                Assert.True(time > Lease - Slack, $"{task}: the lease of {claim} was refused after {time.TotalSeconds:F1} s: {written.Body}");
                return;
            }
        }

        if (choices.Next(3) > 0)
        {
            var path = $"/tasks/{task}:release";
            Count((await client.SendAsync(choices.Next(client.Replicas), HttpMethod.Post, path, new { leaseToken = token })).Outcome);
        }
    }

    private IEnumerable<string> Of(string task, Outcome outcome) =>
        messages.Where(message => message.Value == outcome && message.Key.StartsWith($"{task}/", StringComparison.Ordinal))
            .Select(message => message.Key);

    private static string ClaimOf(string message) => message.Split('/')[1];
}
