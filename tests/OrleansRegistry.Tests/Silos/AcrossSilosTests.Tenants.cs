using OrleansRegistry.Trust;

namespace OrleansRegistry.Tests.Silos;

/// <summary>A grain of one tenant is not called for another, whoever made its key.</summary>
public sealed partial class AcrossSilosTests
{
    [Fact]
    public async Task A_call_of_a_grain_for_another_tenant_is_refused_as_if_there_were_nothing()
    {
        var task = silos.Grain<ITaskGrain>(GrainKeys.For("acme", "task"));
        Assert.Null(await task.Get(new Caller("acme"), null));
        foreach (var tenant in (string[])["acm", "acme2", "other", "default"])
        {
            var fault = await Assert.ThrowsAsync<RegistryException>(() => task.Get(new Caller(tenant), null));
            Assert.Equal(RegistryError.NotFound, fault.Error);
        }

        await Assert.ThrowsAsync<RegistryException>(() => task.Update(
            new TaskChange(new Caller("other"), TaskState.Working, null, [], [], default, null, null, null)));
        await Assert.ThrowsAsync<RegistryException>(() => silos.Grain<ISubscriptionGrain>(GrainKeys.For("acme", "s")).Get(new Caller("other")));
    }

    [Fact]
    public void Every_method_that_is_told_of_a_caller_is_looked_at_for_its_tenant()
    {
        var methods = typeof(IAgentGrain).Assembly.GetTypes()
            .Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain)))
            .SelectMany(type => type.GetMethods())
            .Where(method => TenantFilter.CallerOf(method) is not null)
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}")
            .ToList();
        Assert.Contains("ITaskGrain.Update", methods);
        Assert.Contains("ITaskGrain.Create", methods);
        Assert.Contains("IContextGrain.Append", methods);
        Assert.True(methods.Count > 20, $"{methods.Count} methods");
    }
}
