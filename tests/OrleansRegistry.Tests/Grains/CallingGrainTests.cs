using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Concurrency;

namespace OrleansRegistry.Tests.Grains;

/// <summary>Two grains whose first calls call each other, which a plain <see cref="Grain"/> may never come back from.</summary>
public sealed class CallingGrainTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task New_activations_that_call_each_other_are_both_answered()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseLocalhostClustering(AgentGrainTests.FreePort(), AgentGrainTests.FreePort()));
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        for (var pair = 0; pair < 500; pair++)
        {
            var (one, other) = ($"{pair}-one", $"{pair}-other");
            var cancellation = TestContext.Current.CancellationToken;
            var first = Task.Run(() => grains.GetGrain<IMeetingGrain>(one).Meet(other), cancellation);
            var second = Task.Run(() => grains.GetGrain<IMeetingGrain>(other).Meet(one), cancellation);
            await Task.WhenAll(first, second).WaitAsync(Patience, cancellation);
        }

        await host.StopAsync(TestContext.Current.CancellationToken);
    }
}

internal interface IMeetingGrain : IGrainWithStringKey
{
    Task Meet(string other);

    Task Touch();
}

[Reentrant]
internal sealed class MeetingGrain : CallingGrain, IMeetingGrain
{
    public Task Meet(string other) => GrainFactory.GetGrain<IMeetingGrain>(other).Touch();

    public Task Touch() => Task.CompletedTask;

    protected override Task ActivateAsync() => Task.CompletedTask;
}
