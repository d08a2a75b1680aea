using System.Text.Json;

namespace OrleansRegistry.Cli.Agents;

/// <summary>Registers many agents, in requests of a bounded size, and keeps count.</summary>
internal sealed class AgentBatches(RegistryApi api, Meter meter, CancellationToken cancellation)
{
    private const int MostEntries = 500;
    private const int MostBytes = 4 * 1024 * 1024;

    private readonly List<AgentEntry> waiting = [];
    private int waitingBytes;

    public long Registered { get; private set; }

    public long Replaced { get; private set; }

    /// <summary>Those whose card waits for a review.</summary>
    public long Waiting { get; private set; }

    public long Warnings { get; private set; }

    public long Revision { get; private set; }

    public List<AgentRefusal> Refused { get; } = [];

    public async Task AddAsync(AgentEntry entry)
    {
        if (waiting.Count == MostEntries || (waiting.Count > 0 && waitingBytes + entry.Json.Length > MostBytes))
        {
            await FlushAsync();
        }

        waiting.Add(entry);
        waitingBytes += entry.Json.Length;
    }

    public void Refuse(string source, string reason)
    {
        Refused.Add(new AgentRefusal(source, null, reason));
        meter.Add(1);
    }

    public async Task FlushAsync()
    {
        if (waiting.Count > 0)
        {
            await SendAsync(waiting);
            waiting.Clear();
            waitingBytes = 0;
        }
    }

    private async Task SendAsync(List<AgentEntry> entries)
    {
        try
        {
            using var answer = await api.SendAsync(HttpMethod.Post, "agents:batch", Body(entries), null, cancellation);
            foreach (var result in answer.Json.Entries("results"))
            {
                Take(entries[(int)result.Number("index")], result);
            }

            meter.Add(entries.Count);
        }
        catch (CliException refused) when (refused.Code == ExitCode.Refused)
        {
            // One entry can spoil the request for all, as one that is nested too deep.
            if (entries.Count == 1)
            {
                Refuse(entries[0].Source, refused.Message);
                return;
            }

            var half = entries.Count / 2;
            await SendAsync([.. entries.Take(half)]);
            await SendAsync([.. entries.Skip(half)]);
        }
    }

    private void Take(AgentEntry entry, JsonElement result)
    {
        if (!result.Flag("success"))
        {
            Refused.Add(new AgentRefusal(
                entry.Source, result.Text("agent_id"), Faults.WithField(result.Text("error") ?? "refused", result.Text("field"))));
            return;
        }

        Revision = Math.Max(Revision, result.Number("revision"));
        Warnings += result.Entries("warnings").LongCount();
        if (result.Find("review") is not null)
        {
            Waiting++;
        }
        else if (result.Flag("created"))
        {
            Registered++;
        }
        else
        {
            Replaced++;
        }
    }

    private static ReadOnlyMemory<byte> Body(List<AgentEntry> entries)
    {
        using var body = new MemoryStream(entries.Sum(entry => entry.Json.Length + 1) + 1);
        body.WriteByte((byte)'[');
        for (var i = 0; i < entries.Count; i++)
        {
            if (i > 0)
            {
                body.WriteByte((byte)',');
            }

            body.Write(entries[i].Json.Span);
        }

        body.WriteByte((byte)']');
        return body.ToArray();
    }
}

/// <summary>An agent that was not registered.</summary>
/// <param name="Source">Where it was read from.</param>
/// <param name="AgentId">Null where it does not come so far.</param>
internal sealed record AgentRefusal(string Source, string? AgentId, string Reason);
