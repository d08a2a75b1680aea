using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansRegistry.Server.Tests;

/// <summary>The server is killed under load, again and again: what it acknowledged is there afterwards, and nothing else is.</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 8;
    private const int Clients = 16;

    private readonly DataFolder folder = new();

    [Fact]
    public Task Every_acknowledged_write_survives_a_kill_and_nothing_else_appears() => KillAgainAndAgainAsync(folder.Settings());

    [Fact]
    public async Task So_it_is_on_PostgreSQL()
    {
        await using var database = await PrivateDatabase.StartAsync();
        await KillAgainAndAgainAsync(database.Settings());
    }

    public void Dispose() => folder.Dispose();

    private async Task KillAgainAndAgainAsync(IReadOnlyDictionary<string, string> settings)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var histories = Enumerable.Range(0, Clients).Select(i => new History($"client-{i}", random.Next())).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            await using var server = await ServerProcess.StartAsync(settings);
            foreach (var history in histories)
            {
                await history.VerifyAsync(server.Http);
            }

            var enough = new Countdown(random.Next(50, 1500));
            var load = Task.WhenAll(histories.Select(history => history.WriteUntilCutAsync(server.Http, enough)));
            await await Task.WhenAny(enough.Reached, load);
            await server.KillAsync();
            await load;
        }

        await using var last = await ServerProcess.StartAsync(settings);
        foreach (var history in histories)
        {
            await history.VerifyAsync(last.Http);
        }

        var total = (await last.Http.GetFromJsonAsync<JsonElement>("/stats")).GetProperty("total").GetInt32();
        Assert.Equal(histories.Sum(history => history.Present), total);
        output.WriteLine($"{histories.Sum(history => history.Acknowledged)} acknowledged writes over {Rounds} kills");
    }

    private sealed class Countdown(int count)
    {
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int left = count;

        public Task Reached => reached.Task;

        public void Signal()
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                reached.SetResult();
            }
        }
    }

    /// <summary>One client's agents: what was acknowledged last for each, and the one write whose answer never came.</summary>
    private sealed class History(string client, int seed)
    {
        private const int Ids = 40;
        private const int Absent = 0;

        private readonly Random random = new(seed);
        private readonly int[] stored = new int[Ids];
        private (int Id, int Version)? inFlight;
        private int version;

        public int Acknowledged { get; private set; }

        public int Present => stored.Count(value => value != Absent);

        public async Task WriteUntilCutAsync(HttpClient http, Countdown enough)
        {
            while (true)
            {
                var id = random.Next(Ids);
                var next = stored[id] != Absent && random.Next(5) == 0 ? Absent : ++version;
                inFlight = (id, next);
                HttpStatusCode status;
                try
                {
                    using var answer = next == Absent
                        ? await http.DeleteAsync($"/agents/{NameOf(id)}")
                        : await http.PostAsJsonAsync("/agents", new { agent_card = new { name = NameOf(id), version = $"{next}" } });
                    status = answer.StatusCode;
                }
                catch (HttpRequestException)
                {
                    return;
                }

                Assert.Equal(HttpStatusCode.OK, status);
                stored[id] = next;
                inFlight = null;
                Acknowledged++;
                enough.Signal();
            }
        }

        public async Task VerifyAsync(HttpClient http)
        {
            for (var id = 0; id < Ids; id++)
            {
                var found = await VersionOf(http, NameOf(id));
                if (inFlight is { } cut && cut.Id == id && found == cut.Version)
                {
                    stored[id] = found;
                }

                Assert.Equal((NameOf(id), stored[id]), (NameOf(id), found));
            }

            inFlight = null;
        }

        private static async Task<int> VersionOf(HttpClient http, string name)
        {
            using var answer = await http.GetAsync($"/agents/{name}");
            if (answer.StatusCode == HttpStatusCode.NotFound)
            {
                return Absent;
            }

            var agent = await answer.Content.ReadFromJsonAsync<JsonElement>();
            return int.Parse(agent.GetProperty("agent_card").GetProperty("version").GetString()!);
        }

        private string NameOf(int id) => $"{client}-agent-{id}";
    }
}
