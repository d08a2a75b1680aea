using OrleansRegistry.Forwarding.Tests;

[assembly: AssemblyFixture(typeof(TwoRegistries))]

namespace OrleansRegistry.Forwarding.Tests;

/// <summary>A registry that forwards, and another that is the agent's. One pair for all tests that need no other.</summary>
public sealed class TwoRegistries : IAsyncLifetime
{
    internal TestRegistry Near { get; private set; } = null!;

    internal TestRegistry Far { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Near = await TestRegistry.StartAsync();
        Far = await TestRegistry.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Near.DisposeAsync();
        await Far.DisposeAsync();
    }
}
