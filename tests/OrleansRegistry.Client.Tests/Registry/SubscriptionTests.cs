namespace OrleansRegistry.Client.Tests;

/// <summary>Subscriptions by the client are those of the registry.</summary>
public sealed class SubscriptionTests(ClientHost host)
{
    private const string Url = "https://example.com/hook";

    private readonly Caller caller = ClientHost.NewCaller();

    [Fact]
    public async Task What_is_saved_is_read_alike_here_and_there()
    {
        var query = new AgentQuery
        {
            Text = "rain",
            Tags = ["sky"],
            Enabled = true,
            All = AgentFilters.Of(AgentField.Skill, "a", "b"),
            Not = AgentFilters.Of(AgentField.Provider, "Acme"),
        };
        var subscriptions = host.Client.Subscriptions;
        var saved = await subscriptions.SaveAsync(caller, new SubscriptionSave(Url, query) { Batch = true });
        Assert.True(saved.Created);
        Assert.StartsWith("whsec_", saved.Secret, StringComparison.Ordinal);
        var id = saved.Subscription.Id;
        var read = (await subscriptions.GetAsync(caller, id))!;
        var there = (await host.LocalSubscriptions.GetAsync(caller, id))!;
        foreach (var one in (AgentSubscription[])[saved.Subscription, read, there])
        {
            Assert.Equal(
                (id, caller.Subject, Url, true, "rain", true), (one.Id, one.Owner, one.Url, one.Batch, one.Query.Text, one.Query.Enabled!.Value));
            Assert.Equal("sky / a b / Acme", Filters(one.Query));
        }

        var again = await subscriptions.SaveAsync(caller, new SubscriptionSave(Url + "2"), id);
        Assert.Equal((false, null, Url + "2"), (again.Created, again.Secret, again.Subscription.Url));
        Assert.Equal(id, Assert.Single((await subscriptions.ListAsync(caller)).Subscriptions).Id);
        await subscriptions.DeleteAsync(caller, id);
        Assert.Null(await subscriptions.GetAsync(caller, id));
        var gone = await Assert.ThrowsAsync<RegistryException>(() => subscriptions.DeleteAsync(caller, id));
        Assert.Equal(RegistryError.NotFound, gone.Error);
    }

    [Fact]
    public async Task What_is_refused_there_is_refused_here_in_the_same_words()
    {
        var save = new SubscriptionSave(Url) { Secret = "mine" };
        var here = await Assert.ThrowsAsync<RegistryException>(() => host.Client.Subscriptions.SaveAsync(caller, save));
        var there = await Assert.ThrowsAsync<RegistryException>(() => host.LocalSubscriptions.SaveAsync(caller, save));
        Assert.Equal((there.Error, there.Field, there.Message), (here.Error, here.Field, here.Message));
    }

    private static string Filters(AgentQuery query) =>
        $"{Join(query.Any[AgentField.Tag])} / {Join(query.All[AgentField.Skill])} / {Join(query.Not[AgentField.Provider])}";

    private static string Join(IReadOnlyList<string> values) => string.Join(' ', values);
}
