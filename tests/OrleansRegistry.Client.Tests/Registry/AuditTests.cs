namespace OrleansRegistry.Client.Tests.Registry;

/// <summary>The audit trail over HTTP is what the registry has.</summary>
public sealed class AuditTests(ClientHost host)
{
    [Fact]
    public async Task Entries_and_anchors_are_those_of_the_registry_and_prove_themselves()
    {
        var caller = ClientHost.NewCaller();
        var audit = host.Client.Audit;
        Assert.Equal(0, (await audit.GetAnchorAsync(caller)).Sequence);
        for (var i = 0; i < 3; i++)
        {
            await host.Client.Agents.RegisterAsync(caller, new AgentRegistration(ClientHost.Card($"a{i}"), $"a{i}"));
        }

        var query = new AuditQuery { Object = "a1", Action = "registry.*", Since = DateTimeOffset.UtcNow.AddHours(-1), OldestFirst = true };
        var found = await audit.ListAsync(caller, query);
        Assert.Equal((await host.LocalAudit.ListAsync(caller, query)).Entries, found.Entries);
        Assert.Equal("a1", Assert.Single(found.Entries).Object);
        var anchor = await audit.GetAnchorAsync(caller);
        Assert.Equal(await host.LocalAudit.GetAnchorAsync(caller), anchor);
        var verdict = await audit.VerifyAsync(caller, [anchor]);
        Assert.Equal((true, 3, anchor.Hash), (verdict.IsGood, verdict.Entries, verdict.Hash));

        var first = await audit.ListAsync(caller, new AuditQuery { PageSize = 2 });
        var rest = await audit.ListAsync(caller, new AuditQuery { PageSize = 2, PageToken = first.NextPageToken });
        Assert.Equal([3, 2, 1], first.Entries.Concat(rest.Entries).Select(entry => entry.Sequence));
        var refused = await Assert.ThrowsAsync<RegistryException>(() => audit.ListAsync(caller, new AuditQuery { PageSize = 0 }));
        Assert.Equal((RegistryError.Invalid, "page_size"), (refused.Error, refused.Field));
    }
}
