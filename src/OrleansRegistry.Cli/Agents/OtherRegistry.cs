using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansRegistry.Directory;

namespace OrleansRegistry.Cli.Agents;

/// <summary>The agents of a registry elsewhere: one of this kind, page by page, or one whose <c>GET /agents</c> answers all cards at once.</summary>
internal sealed class OtherRegistry : IDisposable
{
    private readonly HttpClient http;
    private readonly RegistryApi api;

    /// <param name="tenant">Whose agents; null for those that it shows to everybody.</param>
    /// <exception cref="CliException">It is no URL.</exception>
    public OtherRegistry(string url, string? tenant, TimeProvider time)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || !RegistryAddress.IsAddress(address))
        {
            throw CliException.Usage("The registry to import from must be a URL as https://registry.example.com, without user, query and fragment.");
        }

        http = RegistryClient.NewHttp("registry-cli");
        var options = new RegistryClientOptions { Retries = 3, RetriesUnreachable = false, Time = time };
        if (tenant is not null)
        {
            options.Headers["X-Registry-Tenant"] = tenant;
        }

        api = new RegistryApi(new RegistryHttp(http, RegistryAddress.Check(address), options) { Name = url });
    }

    /// <summary>The ids of agents whose credentials the registry has, and does not tell.</summary>
    public List<string> WithCredentials { get; } = [];

    /// <summary>The agents, as <c>POST /agents:batch</c> takes them.</summary>
    /// <param name="meter">Told how many there are, as pages come.</param>
    /// <exception cref="CliException">It does not answer, or not with agents.</exception>
    public async IAsyncEnumerable<AgentEntry> ReadAsync(Meter meter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var page in ReadPagesAsync(cancellation))
        {
            if (page.Find("agents") is not { ValueKind: JsonValueKind.Array } agents)
            {
                throw new CliException(ExitCode.Failed, $"{api.Name}: answered no list of agents.");
            }

            var from = meter.Total;
            meter.Total += agents.GetArrayLength();
            foreach (var (i, agent) in agents.EnumerateArray().Index())
            {
                yield return Entry($"{api.Name}[{from + i}]", agent);
            }
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>How messages get to an agent, where that does not follow from its card: a later card is to count too.</summary>
    private static string? Said(string? delivery, JsonElement card)
    {
        var byCard = CardInterfaces.ReachOf(card) == CardReach.Nowhere ? AgentDelivery.Worker : AgentDelivery.Listed;
        return delivery == byCard.ToName() ? null : delivery;
    }

    private async IAsyncEnumerable<JsonElement> ReadPagesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var path = ApiPath.With("agents", ("view", "record"));
        var pages = Read(ApiPath.With(path, ("lifecycle", AgentField.Everything)));
        try
        {
            bool isPage;
            try
            {
                isPage = await pages.MoveNextAsync();
            }
            catch (CliException refused) when (refused.Status == 400)
            {
                // One of before there were life cycles knows no such filter, and lists all agents.
                await pages.DisposeAsync();
                pages = Read(path);
                isPage = await pages.MoveNextAsync();
            }

            for (; isPage; isPage = await pages.MoveNextAsync())
            {
                yield return pages.Current;
            }
        }
        finally
        {
            await pages.DisposeAsync();
        }

        IAsyncEnumerator<JsonElement> Read(string from) =>
            Pages.ReadAsync(api, from, AgentLists.PageSize, cancellation).GetAsyncEnumerator(cancellation);
    }

    private AgentEntry Entry(string source, JsonElement agent)
    {
        if (agent.Find("agent_card") is not { ValueKind: JsonValueKind.Object } card)
        {
            return new AgentEntry(source, JsonMarshal.GetRawUtf8Value(agent).ToArray());
        }

        var id = agent.Text("agent_id");
        if (id is not null && agent.Entries("credentials_for").Any())
        {
            WithCredentials.Add(id);
        }

        var envelope = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(envelope))
        {
            json.WriteStartObject();
            json.WritePropertyName("agent_card"u8);
            json.WriteRawValue(JsonMarshal.GetRawUtf8Value(card), skipInputValidation: true);
            json.WriteGiven("agent_id", id);
            json.WriteGiven("enabled", agent.Find("enabled") is { ValueKind: JsonValueKind.False } ? false : null);
            json.WriteGiven("delivery", Said(agent.Text("delivery"), card));
            json.WriteGiven("lifecycle", agent.Text("lifecycle") is "active" ? null : agent.Text("lifecycle"));
            json.WriteGiven("deprecation_message", agent.Text("deprecation_message"));
            json.WriteGiven("successor", agent.Text("successor"));
            json.WriteGiven("compatibility", agent.Text("compatibility"));
            if (agent.Find("lease") is { ValueKind: JsonValueKind.Object } lease)
            {
                json.WriteGiven("ttl", lease.Number("ttl"));
                json.WriteGiven("ephemeral", lease.Flag("ephemeral"));
            }

            json.WriteGiven("visibility", agent.Text("visibility"));
            if (agent.Find("visible_to") is { ValueKind: JsonValueKind.Array } subjects)
            {
                json.WritePropertyName("visible_to"u8);
                subjects.WriteTo(json);
            }

            json.WriteGiven("messages_from", agent.Text("messages_from"));
            if (agent.Find("workers") is { ValueKind: JsonValueKind.Array } workers)
            {
                json.WritePropertyName("workers"u8);
                workers.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return new AgentEntry(id ?? source, envelope.WrittenMemory);
    }
}
