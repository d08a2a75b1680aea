using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Tests.Shared.CardServer;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Agents.Sources;

/// <summary>Cards that are fetched anew.</summary>
public sealed class RefreshTests(SourceFixture fixture) : IClassFixture<SourceFixture>, IAsyncLifetime
{
    private readonly Caller alice = TestRegistry.NewCaller();
    private readonly RegistryHost host = fixture.Host;
    private CardServer server = null!;

    public async ValueTask InitializeAsync()
    {
        server = await CardServer.StartAsync();
        server.At[WellKnown] = Serve(Card("a"), "v1");
        await host.Agents.RegisterAsync(alice, SourceHost.At(server.Url(), refresh: TimeSpan.FromDays(1)));
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_card_that_has_changed_takes_the_place_of_the_old_one()
    {
        var policy = new CardPolicy { OwnerTrustLevels = new Dictionary<string, string> { [alice.Subject] = TrustLevels.Official } };
        await host.Services.GetRequiredService<ICardTrust>().PutPolicyAsync(alice, policy);
        await host.Agents.PatchAsync(alice, "a", new AgentPatch(Enabled: false));
        var before = (await AgentAsync())!;
        server.At[WellKnown] = Serve(Card("renamed", "newer"), "v2");
        var refresh = await host.Agents.RefreshAsync(alice, "a");
        Assert.Equal((true, TrustLevels.Official), (refresh.Changed, refresh.Agent.TrustLevel));
        var after = await AgentAsync();
        Assert.Equal(after, refresh.Agent);
        Assert.Equal((Card("renamed", "newer"), false), (after.Card.ToString(), after.Enabled));
        Assert.Equal((TimeSpan.FromDays(1), before.Source!.Url), (after.Source!.RefreshInterval, after.Source.Url));
        Assert.True(after.Revision > before.Revision && after.Source.FetchedAt >= before.Source.FetchedAt && after.UpdatedAt >= before.UpdatedAt);

        // The newer tag counts from now on.
        Assert.False((await host.Agents.RefreshAsync(alice, "a")).Changed);
        Assert.Equal("\"v2\"", server.Requests[^1].Headers.IfNoneMatch);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("another tag for the same")]
    [InlineData(null)]
    public async Task A_card_that_has_not_changed_is_not_written(string? tag)
    {
        var before = await AgentAsync();
        server.At[WellKnown] = Serve(Card("a"), tag);
        var refresh = await host.Agents.RefreshAsync(alice, "a");
        Assert.Equal((false, before), (refresh.Changed, refresh.Agent));
        Assert.Equal(before, await host.Agents.GetAsync(alice, "a", ReadConsistency.Strong));
        Assert.Equal("\"v1\"", server.Requests[^1].Headers.IfNoneMatch);
    }

    [Fact]
    public async Task Without_a_tag_the_time_of_the_last_change_is_asked_about()
    {
        const string Changed = "Wed, 21 Oct 2015 07:28:00 GMT";
        server.At["/dated.json"] = context =>
        {
            context.Response.Headers.LastModified = Changed;
            return context.Request.Headers.IfModifiedSince == Changed ? Serve("", status: 304)(context) : Serve(Card("dated"))(context);
        };
        await host.Agents.RegisterAsync(alice, SourceHost.At(server.Url("/dated.json")));
        Assert.False((await host.Agents.RefreshAsync(alice, "dated")).Changed);
        Assert.Equal(Changed, server.Requests[^1].Headers.IfModifiedSince);
    }

    [Fact]
    public async Task A_fetch_that_fails_is_told_and_kept_until_one_goes_well()
    {
        var before = await AgentAsync();
        server.At[WellKnown] = Serve("no", status: 503);
        for (var attempts = 1; attempts <= 2; attempts++)
        {
            var refusal = await Refused(RegistryError.Invalid, () => host.Agents.RefreshAsync(alice, "a"));
            Assert.Equal(("card_url", $"card_url: {server.Url(WellKnown)} answered 503"), (refusal.Field, refusal.Message));
            var failed = await AgentAsync();
            Assert.Equal((refusal.Message, attempts), (failed.Source!.Failure!.Reason, failed.Source.Failure.Attempts));
            Assert.Equal((before.Card, before.UpdatedAt, before.Source!.FetchedAt), (failed.Card, failed.UpdatedAt, failed.Source.FetchedAt));
        }

        server.At[WellKnown] = Serve(Card("a"), "v1");
        Assert.False((await host.Agents.RefreshAsync(alice, "a")).Changed);
        Assert.Equal(before.Source, (await AgentAsync()).Source);
    }

    [Fact]
    public async Task A_card_that_the_agents_delivery_rules_out_is_no_new_card()
    {
        await host.Agents.PatchAsync(alice, "a", new AgentPatch { Delivery = AgentDelivery.Forward });
        server.At[WellKnown] = Serve("""{"name":"a"}""");
        Assert.Equal("delivery", (await Refused(RegistryError.Invalid, () => host.Agents.RefreshAsync(alice, "a"))).Field);
        var agent = await AgentAsync();
        Assert.Equal((Card("a"), 1), (agent.Card.ToString(), agent.Source!.Failure!.Attempts));
    }

    [Fact]
    public async Task A_card_that_is_sent_meanwhile_wins()
    {
        server.At[WellKnown] = async context =>
        {
            await host.Agents.RegisterAsync(alice, Cards.Registration("a", "sent"));
            await Serve(Card("a", "fetched"))(context);
        };
        await Refused(RegistryError.Conflict, () => host.Agents.RefreshAsync(alice, "a"));
        Assert.Contains("sent", (await AgentAsync()).Card.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_that_is_sent_or_patched_is_not_from_there_any_more()
    {
        await host.Agents.PatchAsync(alice, "a", new AgentPatch(Enabled: false) { Workers = ["w"] });
        Assert.NotNull((await AgentAsync()).Source);
        await host.Agents.PatchAsync(alice, "a", new AgentPatch("""{"description":"mine"}"""u8.ToArray()));
        Assert.Null((await AgentAsync()).Source);
        var refusal = await Refused(RegistryError.Invalid, () => host.Agents.RefreshAsync(alice, "a"));
        Assert.Contains("was sent, not fetched", refusal.Message, StringComparison.Ordinal);

        await host.Agents.RegisterAsync(alice, SourceHost.At(server.Url()));
        Assert.Null((await AgentAsync()).Source!.RefreshInterval);
        await host.Agents.RegisterAsync(alice, Cards.Registration("a"));
        Assert.Null((await AgentAsync()).Source);
    }

    [Fact]
    public async Task It_is_for_the_owner_of_an_agent_that_there_is()
    {
        await Refused(RegistryError.Forbidden, () => host.Agents.RefreshAsync(alice with { Subject = "mallory" }, "a"));
        await Refused(RegistryError.NotFound, () => host.Agents.RefreshAsync(alice, "b"));
        await Refused(RegistryError.NotFound, () => host.Agents.RefreshAsync(alice with { Tenant = "other" }, "a"));
        await Refused(RegistryError.Invalid, () => host.Agents.RefreshAsync(alice, ""));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public void A_record_keeps_where_its_card_is_from_and_what_newer_versions_say_of_it()
    {
        const string Fields = """
            {"enabled":true,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","source":{"url":"https://a.example.com/a.json",
            "fetched_at":"2026-01-02T00:00:00Z","refresh_seconds":3600,"etag":"W/\"1\"","last_modified":"2025-01-01T00:00:00Z",
            "failure":{"reason":"it failed","at":"2026-01-03T00:00:00Z","attempts":4,"why":"newer"},"more":[1]}}
            """;
        var read = Read(Fields);
        var source = read.Source!;
        Assert.Equal(("https://a.example.com/a.json", TimeSpan.FromHours(1), "W/\"1\""), (source.Url, source.RefreshInterval, source.ETag));
        Assert.Equal(("it failed", 4), (source.Failure!.Reason, source.Failure.Attempts));
        var written = AgentKind.Write(read).Fields.ToString();
        Assert.Equal(source, Read(written).Source);
        Assert.Contains("\"why\":\"newer\"", written, StringComparison.Ordinal);
        Assert.Contains("\"more\":[1]", written, StringComparison.Ordinal);

        var older = Read("""{"enabled":true,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}""");
        Assert.Null(older.Source);
        Assert.DoesNotContain("source", AgentKind.Write(older).Fields.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            RegistryError.Unreadable,
            Assert.Throws<RegistryException>(() => Read(Fields.Replace("3600", "\"often\"", StringComparison.Ordinal))).Error);
    }

    private static AgentRecord Read(string fields) => AgentKind.Read(new StoredRecord(
        new RecordKey("t", "a"), 1, new RecordBody(RawJson.FromValid("""{"name":"a"}"""u8), RawJson.FromValid(Encoding.UTF8.GetBytes(fields)))));

    private async Task<AgentRecord> AgentAsync() => (await host.Agents.GetAsync(alice, "a"))!;
}
