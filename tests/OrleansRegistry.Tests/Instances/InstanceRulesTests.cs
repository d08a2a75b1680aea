using OrleansRegistry.Instances;
using OrleansRegistry.Liveness;
using OrleansRegistry.Tests.Tasks;

namespace OrleansRegistry.Tests.Instances;

/// <summary>What is no instance.</summary>
public sealed class InstanceRulesTests
{
    private static readonly LeaseRules Leases = new(TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData("weight", -0.5)]
    [InlineData("weight", 10_000.1)]
    [InlineData("weight", double.NaN)]
    [InlineData("weight", double.PositiveInfinity)]
    [InlineData("url", "")]
    [InlineData("url", "ftp://host/file")]
    [InlineData("url", "https://user@host/")]
    [InlineData("url", "host:80")]
    [InlineData("url", "http://host/#part")]
    [InlineData("version", "")]
    [InlineData("version", "1\n2")]
    [InlineData("ttl", 4.0)]
    [InlineData("ttl", 86_401.0)]
    [InlineData("ttl", 7.5)]
    [InlineData("metadata", "[]")]
    [InlineData("metadata", "{")]
    [InlineData("metadata", """{"a":1,"a":2}""")]
    [InlineData("metadata.a", """{"a":{}}""")]
    [InlineData("metadata.a", """{"b":1,"a":null}""")]
    [InlineData("instance", "")]
    [InlineData("instance", "..")]
    public void What_cannot_be_is_refused(string field, object value)
    {
        var registration = new InstanceRegistration(field == "url" ? (string)value : "http://i");
        registration = field.Split('.')[0] switch
        {
            "weight" => registration with { Weight = (double)value },
            "version" => registration with { Version = (string)value },
            "ttl" => registration with { Ttl = TimeSpan.FromSeconds((double)value) },
            "metadata" => registration with { Metadata = Messages.Bytes((string)value) },
            _ => registration,
        };
        var name = field == "instance" ? (string)value : "i";
        var refusal = Assert.Throws<RegistryException>(() => InstanceRules.Check(name, registration, Leases));
        Assert.Equal((RegistryError.Invalid, field), (refusal.Error, refusal.Field));
    }

    [Fact]
    public void All_of_an_agent_have_so_much_together()
    {
        var rules = new InstanceRules(1_000);
        var large = new AgentInstance { Name = "", Url = "http://i" + new string('x', 1_014) };
        AgentInstance[] some = [.. Enumerable.Range(10, 255).Select(i => large with { Name = $"{i:000}" })];
        var left = InstanceRules.MostOfAll - AgentInstanceLists.SizeOf(some);
        var last = new AgentInstance { Name = "z", Url = new string('x', left - 1) };
        rules.CheckRoom("a", some, last);
        var refusal = Assert.Throws<RegistryException>(() => rules.CheckRoom("a", some, last with { Version = "1" }));
        Assert.Equal((RegistryError.TooLarge, "metadata"), (refusal.Error, refusal.Field));

        // What takes the place of another needs no room beside it.
        rules.CheckRoom("a", [.. some, last], last with { Weight = 2 });
        Assert.Throws<RegistryException>(() => rules.CheckRoom("a", [.. some, last], last with { Metadata = RawJson.FromValid("{}"u8) }));
    }

    [Fact]
    public void What_can_just_be_is_taken()
    {
        var registration = new InstanceRegistration("HTTPS://[::1]:8443/rpc?a=b")
        {
            Weight = AgentInstance.MaxWeight,
            Version = new string('v', AgentInstance.MaxVersion),
            Metadata = Messages.Bytes("{}"),
            Ephemeral = true,
        };
        var instance = InstanceRules.Check("a/b:c", registration, Leases);
        Assert.Equal(("a/b:c", registration.Url, AgentInstance.MaxWeight), (instance.Name, instance.Url, instance.Weight));
        Assert.Equal((Leases.Usual, true), (instance.Lease!.Ttl, instance.Lease.Ephemeral));
        Assert.Null(InstanceRules.Check("i", registration with { Ephemeral = false }, Leases).Lease);
    }
}
