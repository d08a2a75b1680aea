namespace OrleansRegistry.Directory.Tests;

/// <summary>Random agents in a directory, and in a plain model beside it.</summary>
internal sealed class RandomAgents(Random random)
{
    private static readonly string[] Words = ["a", "b", "c"];
    private static readonly string[] Modes = ["text/a", "TEXT/A", "text/b"];
    private static readonly string[] Hosts = ["a.example", "b.example"];
    private static readonly string[] Bindings = ["JSONRPC", "GRPC"];
    private static readonly string[] Versions = ["1.0", "0.3"];

    private long revision;

    public TestDirectory Directory { get; } = new();

    public SortedDictionary<string, ModelAgent> Model { get; } = new(StringComparer.Ordinal);

    /// <summary>What a query may ask for.</summary>
    public static string[] ValuesOf(string field) => field switch
    {
        "input_mode" or "output_mode" => Modes,
        "binding" => [.. Bindings, "grpc"],
        "protocol_version" => Versions,
        "host" => Hosts,
        "lifecycle" => ["active", "draft", "retired"],
        "provider" => ["a", "B"],
        _ => [.. AgentField.Find(field)!.Values ?? Words],
    };

    /// <summary>So many agents are registered, changed or removed.</summary>
    /// <param name="mayChange">Which of them; null for all.</param>
    public void Change(int count, Func<string, bool>? mayChange = null)
    {
        for (var i = 0; i < count; i++)
        {
            var id = $"id{random.Next(12)}";
            if (mayChange?.Invoke(id) == false)
            {
                continue;
            }

            revision++;
            if (random.Next(5) == 0)
            {
                Model.Remove(id);
                Directory.Feed(revision, id, null);
            }
            else
            {
                Put(id);
            }
        }
    }

    /// <summary>Revisions pass that change nothing, so many that whoever watches is told how far it is.</summary>
    public void Pass() => Directory.Feed(revision += 2_000, "nobody", null);

    private void Put(string id)
    {
        var before = Model.GetValueOrDefault(id);
        var card = before is not null && random.Next(3) == 0 ? before.Card : Card();
        var record = Directory.Record(id, card, revision) with
        {
            Enabled = random.Next(2) == 0,
            Owner = random.Next(3) == 0 ? null : Words[random.Next(3)],
            Delivery = random.Next(2) == 0 ? null : (AgentDelivery)random.Next(1, 4),
            LifeCycle = random.Next(4) switch { 0 => AgentLifeCycle.Draft, 1 => AgentLifeCycle.Retired, _ => AgentLifeCycle.Active },
        };
        record = record with { CreatedAt = before?.CreatedAt ?? record.CreatedAt };
        Directory.Feed(revision, id, record);
        Model[id] = new ModelAgent(id, card)
        {
            Enabled = record.Enabled,
            Owner = record.Owner,
            Delivery = record.Delivery,
            LifeCycle = record.LifeCycle,
            CreatedAt = record.CreatedAt,
            UpdatedAt = record.UpdatedAt,
        };
    }

    private TestCard Card() => new(
        $"{(random.Next(2) == 0 ? "N" : "n")}{Words[random.Next(3)]}",
        $"is {Words[random.Next(3)]}",
        Some(Words),
        Some(Words),
        Words[random.Next(3)],
        ValuesOf("provider")[random.Next(2)],
        Some(Words),
        Some(Words),
        Some(Words),
        Some(Modes),
        Some(Modes),
        [.. Enumerable.Range(0, random.Next(3)).Select(_ => new TestInterface(
            $"https://{Hosts[random.Next(2)]}/rpc",
            random.Next(3) == 0 ? null : Bindings[random.Next(2)],
            random.Next(3) == 0 ? null : Versions[random.Next(2)]))]);

    private string[] Some(string[] of) => [.. of.Where(_ => random.Next(2) == 0)];
}
