using OrleansRegistry.Agents.Sources;

namespace OrleansRegistry.Tests.Agents.Sources;

/// <summary>Registries that fetch cards from servers on this machine.</summary>
internal static class SourceHost
{
    public static CardFetchOptions Local { get; } = new() { AllowedNetworks = ["127.0.0.1"], Timeout = TimeSpan.FromSeconds(20) };

    public static Task<RegistryHost> StartAsync(Func<CardFetchOptions, CardFetchOptions>? change = null, TimeProvider? time = null) =>
        RegistryHost.StartAsync(options => options.CardFetch = change?.Invoke(Local) ?? Local, time: time);

    /// <summary>A registration by URL.</summary>
    public static AgentRegistration At(string url, string? id = null, TimeSpan? refresh = null) =>
        new(default, id) { CardUrl = url, RefreshInterval = refresh };
}

/// <summary>One registry for tests that need no other. They keep apart by their tenants.</summary>
public sealed class SourceFixture : IAsyncLifetime
{
    internal RegistryHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await SourceHost.StartAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
