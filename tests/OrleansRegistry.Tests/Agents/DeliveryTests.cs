using System.Text;

namespace OrleansRegistry.Tests.Agents;

/// <summary>How messages get to an agent, where it is kept beside the card.</summary>
public sealed class DeliveryTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>
{
    private static readonly ReadOnlyMemory<byte> Bare = """{"name":"a"}"""u8.ToArray();

    private readonly Caller me = TestRegistry.NewCaller();

    [Theory]
    [InlineData("""{"name":"a"}""", AgentDelivery.Worker)]
    [InlineData("""{"name":"a","url":"https://a.example.com"}""", AgentDelivery.Listed)]
    public void A_record_from_before_it_was_kept_goes_by_its_card(string card, AgentDelivery expected)
    {
        var read = AgentKind.Read(Stored(card, ""));
        Assert.Equal((null, expected), (read.Delivery, read.EffectiveDelivery));
        Assert.DoesNotContain("delivery", Encoding.UTF8.GetString(AgentKind.Write(read).Fields.Utf8.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AgentDelivery.Listed)]
    [InlineData(AgentDelivery.Worker)]
    [InlineData(AgentDelivery.Forward)]
    public void Records_keep_what_was_said(AgentDelivery delivery)
    {
        var said = AgentKind.Read(Stored("""{"name":"a"}""", "")) with { Delivery = delivery };
        var body = AgentKind.Write(said);
        Assert.Equal(delivery, AgentKind.Read(new StoredRecord(new RecordKey("t", "a"), 1, body)).Delivery);
    }

    [Theory]
    [InlineData("\"sometimes\"")]
    [InlineData("2")]
    public void A_record_with_another_delivery_cannot_be_read(string delivery)
    {
        var refusal = Assert.Throws<RegistryException>(() => AgentKind.Read(Stored("""{"name":"a"}""", $",\"delivery\":{delivery}")));
        Assert.Equal(RegistryError.Unreadable, refusal.Error);
        Assert.Contains("delivery", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_is_none_of_the_enumeration_is_refused()
    {
        await Refused(() => registry.Agents.RegisterAsync(me, new AgentRegistration(Bare) { Delivery = (AgentDelivery)9 }));
        await registry.Agents.RegisterAsync(me, new AgentRegistration(Bare));
        await Refused(() => registry.Agents.PatchAsync(me, "a", new AgentPatch { Delivery = 0 }));
        await Refused(() => registry.Agents.PatchAsync(me, "a", new AgentPatch { Delivery = AgentDelivery.Listed, DeliveryByCard = true }));
        Assert.Equal(AgentDelivery.Worker, (await registry.Agents.GetAsync(me, "a"))!.EffectiveDelivery);
    }

    [Fact]
    public async Task An_agent_whose_card_rules_its_delivery_out_can_still_be_disabled()
    {
        await registry.Agents.RegisterAsync(me, new AgentRegistration(Bare));
        var stored = (await registry.Store.ReadAsync(AgentKind.Kind, new RecordKey(me.Tenant, "a")))!;
        var forward = AgentKind.Read(stored) with { Delivery = AgentDelivery.Forward };
        await registry.Store.WriteAsync(AgentKind.Kind, stored.Key, stored.Version, AgentKind.Write(forward));
        var patched = await registry.Agents.PatchAsync(me, "a", new AgentPatch { Enabled = false });
        Assert.Equal((false, AgentDelivery.Forward), (patched.Agent.Enabled, patched.Agent.Delivery));
        await Refused(() => registry.Agents.PatchAsync(me, "a", new AgentPatch("""{"description":"x"}"""u8.ToArray())));
    }

    private static async Task Refused(Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.Equal((RegistryError.Invalid, "delivery"), (refusal.Error, refusal.Field));
    }

    private static StoredRecord Stored(string card, string more)
    {
        var fields = $$"""{"enabled":true,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"{{more}}}""";
        return new StoredRecord(
            new RecordKey("t", "a"),
            1,
            new RecordBody(RawJson.FromValid(Encoding.UTF8.GetBytes(card)), RawJson.FromValid(Encoding.UTF8.GetBytes(fields))));
    }
}
