using OrleansRegistry.Forwarding.Agents;
using OrleansRegistry.Forwarding.Wire;

namespace OrleansRegistry.Forwarding.Tests;

/// <summary>To which instance a turn goes.</summary>
public sealed class InstanceRouteTests
{
    [Fact]
    public void A_task_stays_with_its_expired_instance_unless_another_is_better()
    {
        AgentInstance[] instances = [Instance("a", AgentHealth.Expired), Instance("b", AgentHealth.Expired)];
        foreach (var name in (string[])["a", "b"])
        {
            Assert.Equal((name, null), Of(instances, name));
        }

        Assert.Equal(("c", "a"), Of([.. instances, Instance("c", AgentHealth.Unhealthy)], "a"));
        Assert.Equal(("a", null), Of([Instance("a", AgentHealth.Expired), Instance("b", weight: 0)], "a"));
        Assert.Equal(("b", "gone"), Of([Instance("b", AgentHealth.Expired)], "gone"));
        Assert.Equal((null, "gone"), Of([], "gone"));
        Assert.Throws<RemoteFault>(() => Of([Instance("b", weight: 0)], "gone"));
        Assert.Equal((null, null), Of(instances, null));
    }

    private static (string? Instance, string? Lost) Of(AgentInstance[] instances, string? had)
    {
        var agent = new AgentRecord { Tenant = "t", Id = "a", Card = RawJson.FromValid("{}"u8), Owner = "alice", Instances = instances };
        var route = InstanceRoute.Of(agent, new RemoteTask("t1", "c1", "m1") { Instance = had }, "context");
        return (route.Instance?.Name, route.Lost);
    }

    private static AgentInstance Instance(string name, AgentHealth health = AgentHealth.Healthy, double weight = 1) => new()
    {
        Name = name,
        Url = $"https://{name}.example",
        Weight = weight,
        Lease = new AgentLease { Ttl = TimeSpan.FromSeconds(30), Health = health },
        RegisteredBy = "alice",
    };
}
