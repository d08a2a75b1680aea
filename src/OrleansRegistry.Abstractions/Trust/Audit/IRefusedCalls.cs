namespace OrleansRegistry;

/// <summary>Hears from front ends of calls that they did not let in, or that a caller's roles did not allow.</summary>
internal interface IRefusedCalls
{
    /// <summary>Counts the call, and writes it down where a setting says so. Never throws, and nobody waits.</summary>
    /// <param name="caller">Null where it is not known who called.</param>
    /// <param name="status">What HTTP answered: 401 or 403.</param>
    /// <param name="about">What was asked for: <c>GET /agents/{id}</c>.</param>
    /// <param name="address">Where the call came from; null where that is not known.</param>
    /// <param name="fault">What is answered.</param>
    void Tell(Caller? caller, int status, string about, string? address, Exception fault);
}
