using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansRegistry.Server.Tests;

/// <summary>The server is killed under load, again and again: what it acknowledged is there afterwards, and nothing else is.</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
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
        var clients = Enumerable.Range(0, Clients).Select(i => new AgentClient($"client-{i}", random.Next())).ToArray();
        await KillLoop.RunAsync(settings, random, clients, output, async http =>
        {
            var total = (await http.GetFromJsonAsync<JsonElement>("/stats")).GetProperty("total").GetInt32();
            Assert.Equal(clients.Sum(client => client.Present), total);
        });
    }

    /// <summary>One client's agents: what was acknowledged last for each, and the one write whose answer never came.</summary>
    private sealed class AgentClient(string client, int seed) : KilledClient
    {
        private const int Ids = 40;
        private const int Absent = 0;

        private readonly Random random = new(seed);
        private readonly int[] stored = new int[Ids];
        private (int Id, int Version)? inFlight;
        private int version;

        public int Present => stored.Count(value => value != Absent);

        protected override (Func<Task<HttpResponseMessage>> Send, Action Acknowledged) Next(HttpClient http)
        {
            var id = random.Next(Ids);
            var next = stored[id] != Absent && random.Next(5) == 0 ? Absent : ++version;
            inFlight = (id, next);
            return (
                () => next == Absent
                    ? http.DeleteAsync($"/agents/{NameOf(id)}")
                    : http.PostAsJsonAsync("/agents", new { agent_card = new { name = NameOf(id), version = $"{next}" } }),
                () => (stored[id], inFlight) = (next, null));
        }

        public override async Task VerifyAsync(HttpClient http)
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
