namespace OrleansRegistry.Tests;

/// <summary>What must be the same after a restart on SQLite.</summary>
public sealed class RestartTests : IDisposable
{
    private static readonly Caller Me = Caller.Default;

    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("registry-test-").FullName;

    [Fact]
    public async Task Agents_extensions_and_the_revision_survive()
    {
        AgentRecord agent;
        ExtensionInfo extension;
        await using (var host = await StartAsync())
        {
            await host.Agents.RegisterAsync(Me, Cards.Registration("first", extensions: ["urn:x"]));
            var batch = await host.Agents.RegisterManyAsync(
                Me,
                [
                    Cards.Registration("second", extensions: ["urn:x", "urn:y"]) with { Delivery = AgentDelivery.Forward },
                    Cards.Registration("third", extensions: ["urn:y"]),
                ]);
            agent = batch[0].Written!.Agent;
            await host.Agents.PatchAsync(Me, "third", new AgentPatch("""{"capabilities":{"extensions":[{"uri":"urn:z"}]}}"""u8.ToArray()));
            await host.Agents.RemoveAsync(Me, "first");
            extension = (await host.Agents.GetExtensionAsync(Me, "urn:x"))!;
            Assert.Equal(("first", 1), (extension.FirstDeclaredByAgent, extension.UsageCount));
        }

        await using var again = await StartAsync();
        Assert.Equal(5, again.Agents.Revision);
        Assert.Equivalent(agent, await again.Agents.GetAsync(Me, "second"), strict: true);
        Assert.Equivalent(agent, await again.Agents.GetAsync(Me, "second", ReadConsistency.Strong), strict: true);
        var survived = (await again.Agents.GetExtensionAsync(Me, "urn:x"))!;
        Assert.Equal((extension.FirstDeclaredByAgent, extension.FirstDeclaredAt), (survived.FirstDeclaredByAgent, survived.FirstDeclaredAt));
        Assert.Equal(
            ["urn:x", "urn:y", "urn:z"],
            (await again.Agents.ListExtensionsAsync(Me)).Extensions.Select(known => known.Uri));
        Assert.Equal(["second"], (await again.Agents.GetExtensionAsync(Me, "urn:y"))!.DeclaringAgents);
        Assert.Equal(6, (await again.Agents.RegisterAsync(Me, Cards.Registration("later"))).Agent.Revision);
    }

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    private Task<RegistryHost> StartAsync() => RegistryHost.StartAsync(options =>
    {
        options.StorageType = StorageType.Sqlite;
        options.DataDirectory = folder;
    });
}
