using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Tests.Databases;

public sealed class CoHostedOnAdoNetTests() : DatabaseCoHostedTests(StorageType.AdoNet);

/// <summary>What must hold of the registry where its grains persist through the stock ADO.NET provider.</summary>
public sealed class AdoNetTests : IAsyncLifetime
{
    private static readonly Caller Me = Caller.Default;

    private TestDatabase? database;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateAdoNetAsync();

    public ValueTask DisposeAsync() => database!.DisposeAsync();

    [Fact]
    public async Task Agents_extensions_and_the_revision_survive_a_restart()
    {
        AgentRecord agent;
        await using (var host = await StartAsync())
        {
            Assert.IsType<AdoNetStore>(host.Services.GetRequiredService<IRecordStore>());
            await host.Agents.RegisterAsync(Me, Cards.Registration("first", extensions: ["urn:x"]));
            agent = (await host.Agents.RegisterAsync(Me, Cards.Registration("second", extensions: ["urn:x", "urn:y"]))).Agent;
            await host.Agents.RegisterManyAsync(Me, [Cards.Registration("third", extensions: ["urn:y"])]);
            await host.Agents.RemoveAsync(Me, "first");
        }

        await using var again = await StartAsync();
        Assert.Equal(4, again.Agents.Revision);
        Assert.Equivalent(agent, await again.Agents.GetAsync(Me, "second"), strict: true);
        Assert.Equivalent(agent, await again.Agents.GetAsync(Me, "second", ReadConsistency.Strong), strict: true);
        Assert.Equal("first", (await again.Agents.GetExtensionAsync(Me, "urn:x"))!.FirstDeclaredByAgent);
        Assert.Equal("second", (await again.Agents.GetExtensionAsync(Me, "urn:y"))!.FirstDeclaredByAgent);
        Assert.Null(await again.Agents.GetAsync(Me, "first", ReadConsistency.Strong));
        var back = await again.Agents.RegisterAsync(Me, Cards.Registration("first"));
        Assert.Equal((5, true), (back.Agent.Revision, back.Created));
        await again.Agents.PatchAsync(Me, "second", new AgentPatch(Enabled: false, Condition: new(agent.Revision)));
    }

    [Fact]
    public async Task Every_write_of_a_crowd_on_one_new_agent_is_answered_and_there_is_one_row()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        var writes = Enumerable.Range(0, 64).Select(i => Task.Run(() => (i % 2 == 0 ? first : second).Agents.RegisterAsync(
            Me, Cards.Registration("a", $"version {i}") with { Condition = new(IfAbsent: true) })));
        var outcomes = await Task.WhenAll(writes.Select(async write =>
        {
            try
            {
                return (await write).Agent.Revision;
            }
            catch (RegistryException refusal)
            {
                Assert.Equal(RegistryError.Conflict, refusal.Error);
                return 0;
            }
        }));
        Assert.Equal(1, Assert.Single(outcomes, revision => revision > 0));
        Assert.Equal(1L, await database!.QueryAsync<long>("SELECT count(*) FROM orleansstorage"));
    }

    [Fact]
    public async Task Ids_that_look_like_one_number_are_three_agents()
    {
        string[] ids = ["abc", "ABC", "0abc", "1+x", "01+x", "00000000000000000000000000000abc"];
        await using (var host = await StartAsync())
        {
            foreach (var id in ids)
            {
                Assert.True((await host.Agents.RegisterAsync(Me, Cards.Registration($"card of {id}", id: id))).Created);
            }
        }

        await using var again = await StartAsync();
        foreach (var id in ids)
        {
            var agent = (await again.Agents.GetAsync(Me, id, ReadConsistency.Strong))!;
            Assert.Contains($"card of {id}".Replace("+", "\\u002B"), agent.Card.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(" {\n\t\"name\" : \"a\" , \"x\":1.0, \"y\":1.00, \"z\":1e2 ,\"skills\":[ ] }\n ")]
    [InlineData("""{"name":"a","description":"nul \u0000 inside, ü as \u00fc and as ü"}""")]
    [InlineData("""{"name":"a","document":{"fields":null},"x":"},\"document\":{}"}""")]
    public async Task A_card_comes_back_byte_for_byte(string card)
    {
        await using (var host = await StartAsync())
        {
            var written = await host.Agents.RegisterAsync(Me, new AgentRegistration(Encoding.UTF8.GetBytes(card)));
            Assert.Equal(card, written.Agent.Card.ToString());
        }

        await using var again = await StartAsync();
        Assert.Equal(card, (await again.Agents.GetAsync(Me, "a"))!.Card.ToString());
        Assert.Equal(card, (await again.Agents.GetAsync(Me, "a", ReadConsistency.Strong))!.Card.ToString());
    }

    [Fact]
    public async Task Two_hosts_on_one_database_see_each_other()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        var written = await first.Agents.RegisterAsync(Me, Cards.Registration("a", tags: ["one"]));
        await second.Agents.WaitForRevisionAsync(written.Agent.Revision);
        Assert.Equal(written.Agent, await second.Agents.GetAsync(Me, "a"));

        // Its grain on the second host knows nothing of the first's next writes, and loses the race once.
        var taken = await second.Agents.PatchAsync(Me, "a", new AgentPatch { Enabled = false });
        var back = await first.Agents.PatchAsync(Me, "a", new AgentPatch { Enabled = true });
        Assert.Equal((2, 3), (taken.Agent.Revision, back.Agent.Revision));
        var removed = await second.Agents.RemoveAsync(Me, "a");
        await first.Agents.WaitForRevisionAsync(removed.Revision);
        Assert.Null(await first.Agents.GetAsync(Me, "a"));
    }

    private Task<RegistryHost> StartAsync() => RegistryHost.StartAsync(options =>
    {
        options.StorageType = StorageType.AdoNet;
        options.Postgres = database!.Options();
    });
}
