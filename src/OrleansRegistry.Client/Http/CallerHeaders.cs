namespace OrleansRegistry.Client;

/// <summary>The headers that say on whose behalf a call is, and which one it is.</summary>
internal static class CallerHeaders
{
    public const string Lease = "X-Registry-Lease";

    /// <summary>A request that reads: in the caller's scope, and under a lease where there is one.</summary>
    public static ApiRequest Read(this RegistryHttp http, Caller caller, string path, string? leaseToken = null) =>
        new(HttpMethod.Get, path)
        {
            Headers = [.. http.Of(caller), ("X-Registry-Scope", caller.SeesAllOwners ? "tenant" : null), (Lease, leaseToken)],
        };

    /// <summary>A request that writes, with the caller's key or one of its own, so that it can be sent again.</summary>
    /// <param name="key">In place of the caller's.</param>
    /// <param name="keyed">False: it is the same when it is sent again, without a key.</param>
    public static ApiRequest Write(
        this RegistryHttp http,
        Caller caller,
        HttpMethod method,
        string path,
        ReadOnlyMemory<byte>? body = null,
        string? key = null,
        bool keyed = true) => new(method, path)
        {
            Body = body,
            Headers = [.. http.Of(caller), (Identifiers.KeyField, key ?? caller.IdempotencyKey ?? (keyed ? Guid.NewGuid().ToString("N") : null))],
        };

    private static IEnumerable<(string Name, string? Value)> Of(this RegistryHttp http, Caller caller)
    {
        Identifiers.CheckCaller(caller);
        return http.SentCaller(caller) is { } sent ? [("X-Registry-Tenant", sent.Tenant), ("X-Registry-Subject", sent.Subject)] : [];
    }
}
