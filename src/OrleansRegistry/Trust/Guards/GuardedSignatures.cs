using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Trust;

/// <summary><see cref="IAgentSignatures"/> for callers. A check changes nothing of whoever asks: what is found is so, whoever does.</summary>
internal sealed class GuardedSignatures(AgentSignatures signatures, Operations operations) : IAgentSignatures
{
    public Task<AgentVerification> VerifyAsync(Caller caller, string id, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.Verify, caller, id, () => signatures.VerifyAsync(caller, id, cancellationToken));
}
