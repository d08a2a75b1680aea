namespace OrleansRegistry.Client.Tests;

/// <summary>Versions of cards through the client, beside what the registry itself has.</summary>
public sealed class VersionTests(ClientHost host)
{
    private static readonly string[] Ids = ["plain", "a/ü:b"];

    private readonly Caller caller = ClientHost.NewCaller();

    private IAgentVersions Versions => host.Client.Versions;

    private IAgentVersions Local => host.LocalVersions;

    [Fact]
    public async Task They_are_as_they_are_there()
    {
        foreach (var id in Ids)
        {
            foreach (var version in (string[])["1.0", "2/ü", "3.0"])
            {
                await host.Client.Agents.RegisterAsync(
                    caller, new(ClientHost.Json($$"""{"name":"n", "version":"{{version}}","skills":[{"id":"{{version}}"}]}"""), id));
            }

            var labelled = await Versions.LabelAsync(caller, id, "stable", 1, ClientHost.Cancellation);
            Assert.Equal([new AgentLabel("stable", 1)], labelled.Labels);
            await Versions.LabelAsync(caller, id, "gone", 2, ClientHost.Cancellation);
            Assert.Single((await Versions.UnlabelAsync(caller, id, "gone", ClientHost.Cancellation)).Labels);

            var page = await Versions.ListAsync(caller, id, 2, null, ClientHost.Cancellation);
            Assert.Equivalent(await Local.ListAsync(caller, id, 2, null, ClientHost.Cancellation), page, strict: true);
            var rest = await Versions.ListAsync(caller, id, 2, page.NextPageToken, ClientHost.Cancellation);
            Assert.Equal((1L, null), (Assert.Single(rest.Versions).Number, rest.NextPageToken));
            foreach (var name in (string[])["@1", "stable", "2/ü", "latest"])
            {
                var near = await Local.GetAsync(caller, id, name, ClientHost.Cancellation);
                var far = await Versions.GetAsync(caller, id, name, ClientHost.Cancellation);
                Assert.Equivalent(near.Info, far.Info, strict: true);
                Assert.Equal(near.Card, far.Card);
            }

            var here = await Local.DiffAsync(caller, id, "@1", "2/ü", ClientHost.Cancellation);
            var there = await Versions.DiffAsync(caller, id, "@1", "2/ü", ClientHost.Cancellation);
            Assert.Equal(here.Changes, there.Changes);
            Assert.Equal(here.Breaks, there.Breaks);
            Assert.Equivalent(here.To, there.To, strict: true);
            var now = (await host.Client.Agents.GetAsync(caller, id, cancellationToken: ClientHost.Cancellation))!.Revision;
            var back = await Versions.RollBackAsync(caller, id, "stable", new(now), force: true, ClientHost.Cancellation);
            Assert.Equal((4, "3.0"), (back.Agent.VersionNumber, Assert.Single(back.Breaks!).Value));
        }
    }

    [Fact]
    public async Task Drafts_are_written_read_published_and_removed()
    {
        await host.Client.Agents.RegisterAsync(caller, new(ClientHost.Card("a")));
        var card = ClientHost.Json("""{"name":"a", "version":"draft"}""");
        var written = await host.Client.Drafts.PutAsync(caller, "a", card, ClientHost.Cancellation);
        var read = await host.Client.Drafts.GetAsync(caller, "a", ClientHost.Cancellation);
        Assert.Equal(card.ToArray(), read.Card.Utf8.ToArray());
        Assert.Equivalent(written, read, strict: true);
        await host.Client.Drafts.RemoveAsync(caller, "a", ClientHost.Cancellation);
        Assert.Equal("draft", (await Assert.ThrowsAsync<RegistryException>(() => host.Client.Drafts.GetAsync(caller, "a"))).Field);
        await host.Client.Drafts.PutAsync(caller, "a", card, ClientHost.Cancellation);
        var published = await host.Client.Drafts.PublishAsync(caller, "a", default, force: true, ClientHost.Cancellation);
        Assert.Equal(card.ToArray(), published.Agent.Card.Utf8.ToArray());
    }

    [Fact]
    public async Task What_is_refused_there_is_refused_in_the_same_words()
    {
        await host.Client.Agents.RegisterAsync(caller, new(ClientHost.Card("a")));
        foreach (var call in new Func<IAgentVersions, Task>[]
        {
            versions => versions.ListAsync(caller, "nobody"),
            versions => versions.ListAsync(caller, "a", 0),
            versions => versions.ListAsync(caller, "a", null, "no"),
            versions => versions.GetAsync(caller, "a", "@2"),
            versions => versions.GetAsync(caller, "a", "@x"),
            versions => versions.GetAsync(caller, "a", ""),
            versions => versions.GetAsync(caller, "nobody", "@1"),
            versions => versions.DiffAsync(caller, "a", "@2"),
            versions => versions.DiffAsync(caller, "a", "@1", "@2"),
            versions => versions.RollBackAsync(caller, "a", "@2"),
            versions => versions.RollBackAsync(caller, "a", "@1", new(1_000_000)),
            versions => versions.LabelAsync(caller, "a", "stable", 2),
            versions => versions.LabelAsync(caller, "a", "latest", 1),
            versions => versions.LabelAsync(caller, "a", "a/b", 1),
            versions => versions.LabelAsync(caller, "a", "", 1),
            versions => versions.LabelAsync(caller with { Subject = "mallory" }, "a", "stable", 1),
            versions => versions.UnlabelAsync(caller, "a", "stable"),
        })
        {
            var near = await Assert.ThrowsAsync<RegistryException>(() => call(Local));
            var far = await Assert.ThrowsAsync<RegistryException>(() => call(Versions));
            Assert.Equal((near.Error, near.Field, near.Message), (far.Error, far.Field, far.Message));
        }
    }
}
