using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>Registers the checks of cards' signatures, where there is a directory.</summary>
internal static class SignatureServices
{
    public static void AddSignatures(this IServiceCollection services, SignatureOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<CardKeySource>();
        services.AddSingleton<CardIssuers>();
        services.AddSingleton<CardVerifier>();
        services.AddSingleton(provider =>
        {
            var policies = ActivatorUtilities.CreateInstance<CardPolicies>(provider);
            provider.GetRequiredService<AgentDirectory>().Verdicts.Policies = policies.FindReadable;
            return policies;
        });
        services.AddSingleton<SignatureGate>();
        services.AddSingleton<SignatureWriter>();
        services.AddSingleton<SignatureChecks>();
        services.AddGuarded<IAgentSignatures, AgentSignatures, GuardedSignatures>();
        services.AddGuarded<ICardTrust, CardTrust, GuardedCardTrust>();
        services.AddHostedService<SignatureService>();
    }
}

/// <summary>Runs <see cref="SignatureChecks"/>.</summary>
internal sealed class SignatureService(SignatureChecks checks, BackgroundLoops loops) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        loops.RunAsync("the look for signed cards", checks.FollowAsync, stoppingToken),
        loops.RepeatAsync("the checks of signatures", Often, checks.RunAsync, stoppingToken));
}
