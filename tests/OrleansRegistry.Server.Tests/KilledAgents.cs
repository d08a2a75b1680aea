using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansRegistry.Server.Tests;

/// <summary>One client's agents: what was acknowledged last for each, and the one write whose answer never came.</summary>
internal sealed class KilledAgents(string client, int seed) : KilledClient
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
