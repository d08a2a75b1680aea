using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Instances;
using OrleansRegistry.Tests.Liveness;
using OrleansRegistry.Tests.Tasks;

namespace OrleansRegistry.Tests.Instances;

/// <summary>Which of an agent's instances is chosen.</summary>
public sealed class ChoiceTests
{
    private static readonly AgentLease Lease = new() { Ttl = TimeSpan.FromSeconds(30) };

    [Fact]
    public void By_chance_each_is_as_often_as_its_weight()
    {
        AgentInstance[] instances = [Of("a", 1), Of("b", 2.5), Of("c", 0), Of("d", 0.5)];
        var counts = Counts(instances, _ => null, 40_000);
        Assert.Equal(["a", "b", "d"], counts.Keys.Order(StringComparer.Ordinal));

        // Six standard deviations.
        Assert.InRange(counts["a"], 9_480, 10_520);
        Assert.InRange(counts["b"], 24_410, 25_590);
        Assert.InRange(counts["d"], 4_600, 5_400);
    }

    [Fact]
    public void A_key_comes_to_the_same_one_and_moves_only_where_it_must()
    {
        AgentInstance[] instances = [.. Enumerable.Range(0, 10).Select(i => Of($"i{i}", i == 0 ? 5 : 1))];
        string[] keys = [.. Enumerable.Range(0, 14_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"session-{i}"))];
        var before = keys.ToDictionary(key => key, key => Choose(instances, key), StringComparer.Ordinal);
        Assert.All(keys[..100], key => Assert.Equal(before[key], Choose(instances, key)));
        var counts = before.Values.CountBy(name => name).ToDictionary(StringComparer.Ordinal);
        Assert.InRange(counts["i0"], 4_600, 5_400);
        Assert.All(counts.Where(count => count.Key != "i0"), count => Assert.InRange(count.Value, 800, 1_200));

        // Who goes leaves its keys to the others, and who comes takes its share: no other key moves.
        AgentInstance[] less = [.. instances.Where(one => one.Name != "i3")];
        Assert.All(keys, key => Assert.True(before[key] == "i3" || Choose(less, key) == before[key]));
        var bad = instances[3] with { Lease = Lease with { Health = AgentHealth.Unhealthy } };
        AgentInstance[] unhealthy = [.. less, bad];
        Assert.All(keys, key => Assert.Equal(Choose(less, key), Choose(unhealthy, key)));
        AgentInstance[] more = [.. instances, Of("new", 1)];
        Assert.All(keys, key => Assert.True(Choose(more, key) is var now && (now == "new" || now == before[key])));

        // It is the same in every version of the registry.
        Assert.Equal("i0 i0 i1 i8 i8 i0 i5 i6", string.Join(' ', keys[..8].Select(key => before[key])));
    }

    [Fact]
    public void Healthy_ones_alone_unless_others_are_asked_for()
    {
        AgentInstance[] instances =
        [
            Of("expired", 100) with { Lease = Lease with { Health = AgentHealth.Expired } },
            Of("unhealthy", 100, "2") with { Lease = Lease with { Health = AgentHealth.Unhealthy } },
            Of("healthy", 0.001) with { Lease = Lease },
            Of("unleased", 0.001, "2"),
        ];
        var any = new InstanceChoice { AnyHealth = true };
        Assert.Equal(["healthy", "unleased"], Counts(instances, _ => null, 200).Keys.Order(StringComparer.Ordinal));
        Assert.Equal("unleased", InstanceChooser.Choose(instances, new InstanceChoice { Version = "2" })!.Name);
        Assert.Null(InstanceChooser.Choose(instances[..2], new InstanceChoice()));
        Assert.Equal("unhealthy", InstanceChooser.Choose(instances[..2], any)!.Name);
        Assert.Equal("expired", InstanceChooser.Choose(instances[..2], any with { Version = "1" })!.Name);
        Assert.Null(InstanceChooser.Choose([Of("drained", 0)], any));
        Assert.Null(InstanceChooser.Choose([], any));
    }

    [Fact]
    public async Task Where_there_is_none_it_is_said_why()
    {
        var me = Caller.Default;
        await using var host = await LeaseHost.StartAsync();
        var instances = host.Services.GetRequiredService<IAgentInstances>();
        await host.Agents.RegisterAsync(me, Cards.Registration("a"));
        Assert.Equal("instance", (await RefusedAsync(RegistryError.NotFound, new())).Field);
        await instances.PutAsync(me, "a", "i", new InstanceRegistration("http://i") { Ttl = Lease.Ttl, Version = "1" });
        await instances.PutAsync(me, "a", "j", new InstanceRegistration("http://j") { Weight = 0 });
        Assert.Equal("http://i", (await instances.ChooseAsync(me, "a")).Instance.Url);
        Assert.Equal("version", (await RefusedAsync(RegistryError.NotFound, new() { Version = "2" })).Field);
        await host.AdvanceAsync(16);
        var refusal = await RefusedAsync(RegistryError.Unavailable, new() { Key = "k" });
        Assert.Equal(("health", TimeSpan.FromSeconds(1)), (refusal.Field, refusal.RetryAfter));
        Assert.Contains("None of the 2 instances", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("i", (await instances.ChooseAsync(me, "a", new InstanceChoice { AnyHealth = true })).Instance.Name);
        await instances.PutAsync(me, "a", "i", new InstanceRegistration("http://i") { Weight = 0 });
        Assert.Contains("weight 0", (await RefusedAsync(RegistryError.Unavailable, new())).Message, StringComparison.Ordinal);
        Assert.Equal("key", (await RefusedAsync(RegistryError.Invalid, new() { Key = "" })).Field);
        Assert.Equal("version", (await RefusedAsync(RegistryError.Invalid, new() { Version = new string('x', 257) })).Field);

        Task<RegistryException> RefusedAsync(RegistryError error, InstanceChoice choice) =>
            Messages.Refused(error, () => instances.ChooseAsync(me, "a", choice).AsTask());
    }

    private static AgentInstance Of(string name, double weight, string version = "1") =>
        new() { Name = name, Url = $"http://{name}", Weight = weight, Version = version };

    private static string Choose(AgentInstance[] instances, string key) => InstanceChooser.Choose(instances, new InstanceChoice { Key = key })!.Name;

    private static Dictionary<string, int> Counts(AgentInstance[] instances, Func<int, string?> key, int times) => Enumerable.Range(0, times)
        .CountBy(i => InstanceChooser.Choose(instances, new InstanceChoice { Key = key(i) })!.Name)
        .ToDictionary(StringComparer.Ordinal);
}
