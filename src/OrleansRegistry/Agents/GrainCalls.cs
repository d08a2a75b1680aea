using Orleans.Runtime;
using Orleans.Storage;
using OrleansRegistry.Model;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Agents;

/// <summary>Calls a grain the way the registry promises: a lost race is tried again, and what the cluster throws becomes a refusal.</summary>
internal static class GrainCalls
{
    // Each try finds an activation that has read what the winner wrote; losing often takes a crowd on one agent.
    private const int Tries = 8;

    public static Task Run<TGrain>(TGrain grain, Func<TGrain, Task> call) => Run(grain, async called =>
    {
        await call(called);
        return true;
    });

    public static async Task<T> Run<TGrain, T>(TGrain grain, Func<TGrain, Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call(grain);
            }
            catch (InconsistentStateException) when (attempt < Tries)
            {
            }
            catch (InconsistentStateException fault)
            {
                throw new RegistryException(RegistryError.Conflict, "Others changed this at the same time, again and again. Try once more.", innerException: fault);
            }
            catch (OrleansMessageRejectionException) when (attempt < Tries)
            {
                // Its activation was on its way out.
            }
            catch (OrleansException wrapped) when (wrapped.InnerException is RegistryException refusal)
            {
                // Orleans wraps what a grain's storage throws.
                throw new RegistryException(refusal.Error, refusal.Message, refusal.Field, wrapped) { RetryAfter = refusal.RetryAfter };
            }
            catch (Exception fault) when (fault is OrleansException or TimeoutException or RecordOutcomeUnknownException)
            {
                throw new RegistryException(RegistryError.Unavailable, "The cluster did not answer in time; the change may have happened.", innerException: fault)
                {
                    RetryAfter = TimeSpan.FromSeconds(1),
                };
            }
        }
    }
}
