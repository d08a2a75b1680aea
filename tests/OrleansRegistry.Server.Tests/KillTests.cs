using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansRegistry.Server.Tests;

/// <summary>
/// The server is killed in the middle of writes of agents and of tasks, again and again: what it acknowledged is there afterwards, every message once and
/// in its order, across heads and pages, and of the write that was in flight all or nothing.
/// </summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int AgentClients = 16;
    private const int TaskClients = 12;

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
        var agents = Enumerable.Range(0, AgentClients).Select(i => new KilledAgents($"client-{i}", random.Next())).ToArray();
        var tasks = Enumerable.Range(0, TaskClients).Select(i => new KilledTasks($"client-{i}", random.Next())).ToArray();
        await KillLoop.RunAsync(settings, random, [.. agents, .. tasks], output, async http =>
        {
            Assert.Equal(agents.Sum(client => client.Present), await TotalAsync(http, "/stats"));
            Assert.Equal(tasks.Sum(client => client.Present), await TotalAsync(http, "/tasks:count"));
        });
    }

    private static async Task<int> TotalAsync(HttpClient http, string path) =>
        (await http.GetFromJsonAsync<JsonElement>(path)).GetProperty("total").GetInt32();
}
