using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Tests.Vectors;

/// <summary>Vectors that callers give agents are kept beside those that the registry makes.</summary>
public sealed class GivenVectorTests : IAsyncLifetime
{
    private static readonly Caller Alice = new("acme", "alice");
    private static readonly Caller Bob = new("acme", "bob");

    private readonly SqliteStore store = TestStores.InMemory();
    private RegistryHost host = null!;

    public async ValueTask InitializeAsync()
    {
        await store.OpenAsync(CancellationToken.None);
        host = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await store.DisposeAsync();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IAgentVectors Vectors => host.Services.GetRequiredService<IAgentVectors>();

    [Fact]
    public async Task They_are_read_as_they_were_given_and_shown_in_the_record()
    {
        await RegisterAsync("sky");
        var metadata = RawJson.FromValid("""{"model":"other", "n":1.50}"""u8);
        var first = new AgentVector("skills[0].name", Numbers(0.1f, -2e30f, 1e-30f)) { Content = "räin", Metadata = metadata };
        var given = Update("m", first, new AgentVector("", Numbers(3, 4, 0)));
        var written = await Vectors.PutAsync(Alice, "sky", given, Cancellation);
        Assert.Equal(("m", 3, 2), (written.Vectors!.Model, written.Vectors.Dimensions, written.Vectors.Count));
        Assert.Equal(written.Revision, (await host.Agents.GetAsync(Alice, "sky", cancellationToken: Cancellation))!.Revision);

        var read = await Vectors.GetAsync(Alice, "sky", Cancellation);
        Assert.Equal(("m", 3, true, "alice", 1L), (read.Model, read.Dimensions, read.IsGiven, read.WrittenBy, read.CardNumber));
        Assert.Equal((written.Vectors.WrittenAt, written.Revision), (read.WrittenAt, read.Revision));
        Assert.Equal(["skills[0].name", ""], read.Vectors.Select(vector => vector.Field));
        Assert.Equal(("räin", metadata), (read.Vectors[0].Content, read.Vectors[0].Metadata));
        Assert.Equal([0.1f, -2e30f, 1e-30f], read.Vectors[0].Values.ToArray());
        Assert.Equal([3f, 4, 0], read.Vectors[1].Values.ToArray());
    }

    [Fact]
    public async Task New_ones_take_their_place_and_a_new_card_leaves_them()
    {
        await RegisterAsync("sky");
        await Vectors.PutAsync(Alice, "sky", Update("m", new AgentVector("", Numbers(1, 0))), Cancellation);
        await RegisterAsync("sky", "another description");
        var kept = await Vectors.GetAsync(Alice, "sky", Cancellation);
        Assert.Equal(("m", 1L), (kept.Model, kept.CardNumber));

        await Vectors.PutAsync(Alice, "sky", Update("n", new AgentVector("", Numbers(1, 2, 3))), Cancellation);
        var read = await Vectors.GetAsync(Alice, "sky", Cancellation);
        Assert.Equal(("n", 3, 2L), (read.Model, read.Dimensions, read.CardNumber));
        Assert.Equal(1, await StoredAsync());
        var space = Assert.Single((await Vectors.GetStatsAsync(Alice, Cancellation)).Models);
        Assert.Equal(new AgentVectorSpace("n", 3, true, 1, 1), space);
    }

    [Fact]
    public async Task They_outlive_a_restart_and_go_with_the_agent()
    {
        await RegisterAsync("sky");
        await RegisterAsync("sea");
        await Vectors.PutAsync(Alice, "sky", Update("m", new AgentVector("", Numbers(1, 0))), Cancellation);
        await Vectors.PutAsync(Alice, "sea", Update("m", new AgentVector("", Numbers(0, 1))), Cancellation);
        await host.DisposeAsync();
        host = await StartAsync();
        await Eventually.TrueAsync(
            async () => (await Vectors.GetStatsAsync(Alice, Cancellation)) is { Agents: 2, Waiting: 0 }, "both to be embedded");

        await host.Agents.RemoveAsync(Alice, "sky", cancellationToken: Cancellation);
        Assert.Equal(1, await StoredAsync());
        await RegisterAsync("sky");
        var later = await Vectors.GetAsync(Alice, "sky", Cancellation);
        Assert.Equal((null, false, 0), (later.Model, later.IsGiven, later.Vectors.Count));
        await Eventually.TrueAsync(async () => (await Vectors.GetStatsAsync(Alice, Cancellation)).Agents == 1, "the other to go");
    }

    [Fact]
    public async Task They_are_taken_away_once()
    {
        var made = await RegisterAsync("sky");
        var nothing = await Vectors.RemoveAsync(Alice, "sky", cancellationToken: Cancellation);
        Assert.Equal(made.Revision, nothing.Revision);
        var given = await Vectors.PutAsync(Alice, "sky", Update("m", new AgentVector("", Numbers(1, 0))), Cancellation);
        var removed = await Vectors.RemoveAsync(Alice, "sky", new WriteCondition(given.Revision), Cancellation);
        Assert.True(removed.Revision > given.Revision);
        Assert.Null(removed.Vectors);
        Assert.Equal((0, 0), (await StoredAsync(), (await Vectors.GetStatsAsync(Alice, Cancellation)).Agents));

        // What comes next has a number of its own.
        var again = await Vectors.PutAsync(Alice, "sky", Update("m", new AgentVector("", Numbers(1, 0))), Cancellation);
        Assert.Equal(3, again.Vectors!.Number);
    }

    [Fact]
    public async Task Another_node_sees_them_too()
    {
        await using var other = await StartAsync();
        var there = other.Services.GetRequiredService<IAgentVectors>();
        await RegisterAsync("sky");
        var written = await Vectors.PutAsync(Alice, "sky", Update("m", new AgentVector("", Numbers(1, 0))), Cancellation);
        await Eventually.TrueAsync(async () => (await there.GetStatsAsync(Alice, Cancellation)).Agents == 1, "the other node to hear of them");
        Assert.Equal(written.Vectors!.WrittenAt, (await there.GetAsync(Alice, "sky", Cancellation)).WrittenAt);
        await Vectors.RemoveAsync(Alice, "sky", cancellationToken: Cancellation);
        await Eventually.TrueAsync(
            async () => (await there.GetStatsAsync(Alice, Cancellation)).Agents == 0, "the other node to hear that they are gone");
    }

    [Fact]
    public async Task What_a_crash_left_is_shown_to_nobody_and_removed()
    {
        var agent = await RegisterAsync("sky");
        var left = GivenVectorRules.Check(Update("left", new AgentVector("", Numbers(1, 0))), "alice")
            .For(agent, new AgentVectorInfo("left", 2, 1, DateTimeOffset.UnixEpoch) { Number = 1 });
        var orphan = left with { AgentId = "gone" };
        foreach (var record in (GivenVectors[])[left, orphan])
        {
            await store.WriteAsync(GivenVectorsKind.Kind, record.Key, 0, GivenVectorsKind.Write(record), Cancellation);
        }

        await host.DisposeAsync();
        host = await StartAsync();
        await Eventually.TrueAsync(async () => await StoredAsync() == 0, "what is left over to be removed");
        Assert.Null((await Vectors.GetAsync(Alice, "sky", Cancellation)).Model);
        await Vectors.PutAsync(Alice, "sky", Update("right", new AgentVector("", Numbers(1, 0))), Cancellation);
        Assert.Equal("right", (await Vectors.GetAsync(Alice, "sky", Cancellation)).Model);
        Assert.Equal(1, await StoredAsync());
    }

    [Fact]
    public async Task Whose_agent_it_is_not_or_at_another_revision_nothing_is_stored()
    {
        var made = await RegisterAsync("sky");
        var update = Update("m", new AgentVector("", Numbers(1, 0)));
        Assert.Equal(RegistryError.NotFound, await RefusalAsync(() => Vectors.PutAsync(Alice, "none", update, Cancellation)));
        Assert.Equal(RegistryError.NotFound, await RefusalAsync(() => Vectors.GetAsync(Alice, "none", Cancellation)));
        Assert.Equal(RegistryError.NotFound, await RefusalAsync(() => Vectors.RemoveAsync(Alice, "none", default, Cancellation)));
        Assert.Equal(RegistryError.Forbidden, await RefusalAsync(() => Vectors.PutAsync(Bob, "sky", update, Cancellation)));
        Assert.Equal(RegistryError.Forbidden, await RefusalAsync(() => Vectors.RemoveAsync(Bob, "sky", default, Cancellation)));
        var stale = update with { Condition = new WriteCondition(made.Revision + 1) };
        Assert.Equal(RegistryError.Conflict, await RefusalAsync(() => Vectors.PutAsync(Alice, "sky", stale, Cancellation)));
        Assert.Equal(0, await StoredAsync());
        Assert.Equal(made.Revision, (await host.Agents.GetAsync(Alice, "sky", cancellationToken: Cancellation))!.Revision);
    }

    public static TheoryData<string, string, float[][]> Wrong => new()
    {
        { "model", "", [[1]] },
        { "model", " ", [[1]] },
        { "model", new string('m', 201), [[1]] },
        { "vectors", "m", [] },
        { "vectors", "m", [.. Enumerable.Repeat<float[]>([1], 257)] },
        { "vectors", "m", [.. Enumerable.Repeat(new float[4_096], 65)] },
        { "vectors[0].values", "m", [[]] },
        { "vectors[0].values", "m", [new float[4_097]] },
        { "vectors[0].values", "m", [[0, 0]] },
        { "vectors[0].values[1]", "m", [[0, float.NaN]] },
        { "vectors[1].values[0]", "m", [[1, 0], [float.NegativeInfinity, 1]] },
        { "vectors[1].values", "m", [[1, 0], [1, 0, 0]] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_are_no_vectors_is_refused_with_its_field(string field, string model, float[][] vectors)
    {
        await RegisterAsync("sky");
        var update = Update(model, [.. vectors.Select(values => new AgentVector("", values))]);
        var refusal = await Assert.ThrowsAsync<RegistryException>(() => Vectors.PutAsync(Alice, "sky", update, Cancellation));
        Assert.Equal(field, refusal.Field);
        Assert.Equal(0, await StoredAsync());
    }

    [Fact]
    public async Task Texts_and_metadata_beside_a_vector_have_bounds()
    {
        await RegisterAsync("sky");
        AgentVector[] wrong =
        [
            new(new string('f', 513), Numbers(1)),
            new("\ud800", Numbers(1)),
            new("", Numbers(1)) { Content = new string('c', 8_193) },
            new("", Numbers(1)) { Metadata = RawJson.FromValid("[]"u8) },
            new("", Numbers(1)) { Metadata = RawJson.FromValid(Encoding.UTF8.GetBytes($$"""{"m":"{{new string('m', 4_096)}}"}""")) },
        ];
        foreach (var vector in wrong)
        {
            Assert.Equal(RegistryError.Invalid, await RefusalAsync(() => Vectors.PutAsync(Alice, "sky", Update("m", vector), Cancellation)));
        }
    }

    [Fact]
    public async Task Of_the_registrys_own_model_they_must_have_as_many_numbers_as_its_own()
    {
        await host.DisposeAsync();
        host = await StartAsync(new WordEmbedder());
        await RegisterAsync("sky", "tells of the rain");
        await Eventually.TrueAsync(async () => (await Vectors.GetAsync(Alice, "sky", Cancellation)).Vectors.Count > 0, "the agent to be embedded");
        var made = await Vectors.GetAsync(Alice, "sky", Cancellation);
        Assert.Equal(("words", 64, false), (made.Model, made.Dimensions, made.IsGiven));
        Assert.Equal(("description", "sky. tells of the rain"), (made.Vectors[0].Field, made.Vectors[0].Content));

        var refusal = await Assert.ThrowsAsync<RegistryException>(
            () => Vectors.PutAsync(Alice, "sky", Update("words", new AgentVector("", Numbers(1, 0))), Cancellation));
        Assert.Equal("vectors[0].values", refusal.Field);
        await Vectors.PutAsync(Alice, "sky", Update("others", new AgentVector("", Numbers(1, 0))), Cancellation);
        var stats = await Vectors.GetStatsAsync(Alice, Cancellation);
        Assert.Equal([("words", false), ("others", true)], stats.Models.Select(space => (space.Model, space.IsGiven)));
        Assert.Equal((1, 2, "words"), (stats.Agents, stats.Vectors, stats.OwnModel));

        // The model is out after a restart: what is stored tells, and is what was compared before.
        await host.DisposeAsync();
        host = await StartAsync(new WordEmbedder { Fails = "" });
        await Eventually.TrueAsync(
            async () => (await Vectors.GetStatsAsync(Alice, Cancellation)).Models is [{ IsGiven: false }, ..], "the agent to be embedded");
        refusal = await Assert.ThrowsAsync<RegistryException>(
            () => Vectors.PutAsync(Alice, "sky", Update("words", new AgentVector("", Numbers(1, 0))), Cancellation));
        Assert.Equal("vectors[0].values", refusal.Field);
        await Vectors.RemoveAsync(Alice, "sky", default, Cancellation);
        var again = await Vectors.GetAsync(Alice, "sky", Cancellation);
        Assert.Equal(made.Vectors[0].Values.ToArray(), again.Vectors[0].Values.ToArray());
    }

    private static AgentVectorUpdate Update(string model, params AgentVector[] vectors) => new(model, vectors);

    private static float[] Numbers(params float[] values) => values;

    private static async Task<RegistryError> RefusalAsync(Func<Task> call) => (await Assert.ThrowsAsync<RegistryException>(call)).Error;

    private Task<RegistryHost> StartAsync(ITextEmbedder? embedder = null) => RegistryHost.StartAsync(
        store: new StoreProbe(store, isOpen: true),
        services: services => _ = embedder is null ? services : services.AddSingleton(embedder));

    private async Task<AgentRecord> RegisterAsync(string id, string description = "about it") =>
        (await host.Agents.RegisterAsync(
            Alice, new(Encoding.UTF8.GetBytes($$"""{"name":"{{id}}","description":"{{description}}"}""")), Cancellation)).Agent;

    private async Task<int> StoredAsync() =>
        await (await store.ScanAsync(GivenVectorsKind.Kind, after: null, Cancellation)).Records.CountAsync(Cancellation);
}
