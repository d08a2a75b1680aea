namespace OrleansRegistry.Trust.Signatures;

/// <summary>Checks of signatures that are asked for.</summary>
internal sealed class AgentSignatures(AgentRegistry agents, CardIssuers issuers, SignatureWriter writer) : IAgentSignatures
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public Task<AgentVerification> VerifyAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.agent.verify", caller, id, async _ =>
        {
            Identifiers.CheckTenant(caller.Tenant);
            Identifiers.CheckId(id);
            var agent = await agents.GetAsync(caller, id, ReadConsistency.Strong, cancellationToken)
                ?? throw new RegistryException(RegistryError.NotFound, "Agent not found", "agent_id");
            if (CardVerifier.IsSigned(agent.Card))
            {
                // A key that was taken away counts no more for who asks.
                var looks = Task.WhenAll(issuers.Of(caller.Tenant).Select(issuer => issuer.LookAsync()));
                await looks.WaitAsync(Patience, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }

            var found = await writer.CheckAsync(agent, TimeSpan.Zero, isAwaited: true, cancellationToken)
                ?? throw new RegistryException(RegistryError.Conflict, $"Agent '{id}' got another card meanwhile.");
            return new AgentVerification(id, found.Revision, found.Signature);
        });
}
